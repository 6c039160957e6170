import { plainText, safeHtml } from './description';
import { LIMITS, type ImageDraft, type ProductDraft, type Refusal, type VariantDraft } from './product-draft';

/** What the shop has of the products of a batch, and who owns the SKUs that the batch names. */
export interface KnownShop {
  /** By the slug that the draft names, which may be an old one that redirects. */
  readonly products: ReadonlyMap<string, KnownProduct>;
  readonly ownersOfSkus: ReadonlyMap<string, { readonly productId: number; readonly slug: string }>;
}

export interface KnownProduct {
  readonly id: number;
  readonly optionNames: readonly string[];
  readonly variants: readonly KnownVariant[];
  readonly images: readonly { readonly id: number; readonly url: string; readonly position: number }[];
}

export interface KnownVariant {
  readonly id: number;
  readonly sku: string | null;
  readonly optionValues: readonly string[];
  readonly position: number;
}

/** One product as it will be written; `id` is `null` for a new one. */
export interface ProductPlan {
  readonly slug: string;
  readonly id: number | null;
  readonly head: PlannedHead | null;
  readonly categoryPath: readonly string[];
  readonly images: readonly PlannedImage[];
  readonly variants: readonly (VariantDraft & { readonly id: number | null; readonly position: number })[];
}

export interface PlannedHead {
  readonly name: string;
  readonly description: string;
  readonly descriptionHtml: string;
  readonly vendor: string;
  readonly productType: string;
  readonly tags: readonly string[];
  readonly status: string;
  readonly optionNames: readonly string[];
  readonly seoTitle: string | null;
  readonly seoDescription: string | null;
}

export interface PlannedImage {
  readonly id: number | null;
  readonly url: string;
  readonly alt: string;
  readonly position: number;
}

/** Decides what of a batch can be written, and as what: nothing here touches the database. */
export function planBatch(drafts: readonly ProductDraft[], shop: KnownShop): { plans: ProductPlan[]; refusals: Refusal[] } {
  const refusals: Refusal[] = [];
  const plans: ProductPlan[] = [];
  const claimedSkus = new Map<string, string>();
  for (const draft of drafts) {
    const known = shop.products.get(draft.slug) ?? null;
    const refuse: Refuse = (line, reason, isWhole = true) => void refusals.push({ slug: draft.slug, line, reason, isWhole });
    const problem = problemOfProduct(draft, known);
    if (problem) {
      refuse(null, problem);
      continue;
    }
    const ownerOf = (sku: string): string | null => {
      const owner = shop.ownersOfSkus.get(sku);
      if (owner) return owner.productId === known?.id ? null : owner.slug;
      const claimed = claimedSkus.get(sku);
      return claimed === undefined || claimed === draft.slug ? null : claimed;
    };
    const variants = planVariants(draft, known, ownerOf, refuse);
    if (known === null && variants.length === 0) {
      const refused = new Set(refusals.filter(({ slug, isWhole }) => isWhole && slug === draft.slug).map(({ line }) => line));
      for (const { line } of draft.images) if (!refused.has(line)) refuse(line, 'no variant of the product could be taken');
      continue;
    }
    for (const { sku } of variants) if (sku !== null) claimedSkus.set(sku, draft.slug);
    plans.push({
      slug: draft.slug,
      id: known?.id ?? null,
      head: draft.head && planHead(draft.head),
      categoryPath: draft.head?.categoryPath ?? [],
      images: planImages(draft, known),
      variants,
    });
  }
  return { plans, refusals };
}

type Refuse = (line: number | null, reason: string, isWhole?: boolean) => void;

function problemOfProduct({ head, variants }: ProductDraft, known: KnownProduct | null): string | null {
  if (head === null && known === null) return 'the title is missing, and the shop has no product of this handle to add to';
  if (known === null) return null;
  const wanted = head?.optionNames.length ?? variants[0]?.optionValues.length ?? known.optionNames.length;
  if (wanted === known.optionNames.length) return null;
  const given = new Set(variants.flatMap(({ sku }) => sku ?? []));
  const isReplacedWhole = head !== null && known.variants.every(({ sku }) => sku !== null && given.has(sku));
  return isReplacedWhole ? null : `the shop's product has other options (${known.optionNames.join(', ') || 'none'})`;
}

function planVariants(
  draft: ProductDraft,
  known: KnownProduct | null,
  ownerOf: (sku: string) => string | null,
  refuse: Refuse,
): ProductPlan['variants'] {
  const planned: ProductPlan['variants'][number][] = [];
  let count = known?.variants.length ?? 0;
  let nextPosition = Math.max(0, ...(known?.variants ?? []).map(({ position }) => position)) + 1;
  for (const asked of draft.variants) {
    const owner = asked.sku === null ? null : ownerOf(asked.sku);
    const variant = owner === null ? asked : { ...asked, sku: null };
    const bySku = known?.variants.find(({ sku }) => sku !== null && sku === variant.sku);
    const byOptions = known?.variants.find(({ optionValues }) => sameOptions(optionValues, variant.optionValues));
    if (bySku && byOptions && bySku !== byOptions) {
      refuse(variant.line, `SKU "${variant.sku}" and the option values belong to two variants that the shop has`);
    } else if (!bySku && !byOptions && count >= LIMITS.variants) {
      refuse(variant.line, `a product has ${LIMITS.variants} variants at most`);
    } else {
      if (owner !== null) refuse(variant.line, `taken without its SKU "${asked.sku}", which the product ${owner} has`, false);
      const match = bySku ?? byOptions;
      if (!match) count += 1;
      planned.push({ ...variant, id: match?.id ?? null, position: match?.position ?? nextPosition++ });
    }
  }
  return planned;
}

function sameOptions(some: readonly string[], other: readonly string[]): boolean {
  return some.length === other.length && some.every((value, at) => value.toLowerCase() === other[at]?.toLowerCase());
}

function planHead({ html, categoryPath: _path, ...head }: NonNullable<ProductDraft['head']>): PlannedHead {
  const descriptionHtml = safeHtml(html);
  return { ...head, description: plainText(descriptionHtml), descriptionHtml };
}

/** The images of the rows, and those that only a variant names. */
function planImages(draft: ProductDraft, known: KnownProduct | null): PlannedImage[] {
  const knownByUrl = new Map((known?.images ?? []).map((image) => [image.url, image]));
  const listed = new Set(draft.images.map(({ url }) => url));
  const ofVariants = [...new Set(draft.variants.flatMap(({ imageUrl }) => imageUrl ?? []))].filter(
    (url) => !listed.has(url) && !knownByUrl.has(url),
  );
  const all: ImageDraft[] = [...draft.images, ...ofVariants.map((url) => ({ line: 0, url, alt: '', position: null }))];
  let next = Math.max(0, ...(known?.images ?? []).map(({ position }) => position));
  return all.slice(0, LIMITS.images).map(({ url, alt, position }) => {
    const image = knownByUrl.get(url);
    next += image || position !== null ? 0 : 1;
    return { id: image?.id ?? null, url, alt, position: position ?? image?.position ?? next };
  });
}
