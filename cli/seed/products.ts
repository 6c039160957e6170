import type { SeedProduct, SeedVariant } from '../../subgraphs/product/seed';
import type { Archetype } from './catalogue';
import type { ShopTree } from './categories';
import { Random } from './random';
import { slugOf } from './slug';
import { CLOSERS, COLORS, HOUSE_BRANDS, SERIES } from './words';

const DAY_MS = 86_400_000;
const OLDEST_DAYS = 900;
const NEW_DAYS = 45;
const MAX_COLORS = 4;
const KEPT = 12_000;
/** Ids of images and variants are cut out of blocks, so that one product can be made without making those before it. */
const BLOCK = 32;

/** The products of the demo shop, each made when it is asked for and always the same. */
export interface ProductMaker {
  readonly count: number;
  /** @param index from 0 */
  at(index: number): SeedProduct;
  all(): Generator<SeedProduct>;
}

/** @param endsAt the shop's today: nothing is newer */
export function makeProducts(archetypes: readonly Archetype[], tree: ShopTree, count: number, endsAt: Date): ProductMaker {
  const order = new Random('order of archetypes').shuffled(archetypes);
  const brands = brandsByShelf(archetypes);
  const kept = new Map<number, SeedProduct>();
  const make = (index: number): SeedProduct => {
    const archetype = order[index % order.length];
    if (!archetype) throw new RangeError('the catalogue is empty');
    return vary({ archetype, index, round: Math.floor(index / order.length), count, endsAt, tree, brands });
  };
  return {
    count,
    at: (index) => {
      const known = kept.get(index);
      if (known) return known;
      const product = make(index);
      if (kept.size >= KEPT) kept.clear();
      kept.set(index, product);
      return product;
    },
    *all() {
      for (let index = 0; index < count; index += 1) yield make(index);
    },
  };
}

interface Variation {
  readonly archetype: Archetype;
  readonly index: number;
  readonly round: number;
  readonly count: number;
  readonly endsAt: Date;
  readonly tree: ShopTree;
  readonly brands: ReadonlyMap<string, readonly string[]>;
}

function vary(variation: Variation): SeedProduct {
  const { archetype, index, round, tree, brands } = variation;
  const { head } = archetype;
  const random = new Random('product', index);
  const name = nameOf(head.name, seriesOf(archetype.slug, round));
  const slug = slugOf(name);
  const vendor = round === 0 ? head.vendor : random.pick(brands.get(shelfOf(head.categoryPath)) ?? [head.vendor]);
  const createdAt = ageOf(variation, random);
  const isNew = variation.endsAt.getTime() - createdAt.getTime() < NEW_DAYS * DAY_MS;
  const discount = random.chance(0.14) ? random.pick([1.15, 1.2, 1.25, 1.4]) : null;
  const tags = [...head.tags, ...(isNew ? ['new'] : []), ...(discount === null ? [] : ['sale'])];
  const options = chooseOptions(archetype, round, random);
  const images = imagesOf(index, slug, name, options);
  const closer = `${name} by ${vendor}. ${random.pick(CLOSERS)}`;
  return {
    id: index + 1,
    slug,
    name,
    description: `${archetype.text}\n${closer}`,
    descriptionHtml: `${archetype.head.html}\n<p>${closer.replaceAll('&', '&amp;')}</p>`,
    vendor,
    productType: head.productType,
    tags,
    status: random.chance(0.96) ? 'ACTIVE' : random.pick(['DRAFT', 'DRAFT', 'ARCHIVED'] as const),
    optionNames: head.optionNames,
    seoTitle: `${name} by ${vendor}`,
    seoDescription: archetype.text.split('\n', 1)[0] ?? name,
    createdAt,
    categoryIds: [...new Set(tree.placesOf(head.categoryPath, tags))],
    images,
    variants: variantsOf(variation, options, images, discount, random),
  };
}

/** `Women's Rain Jacket` in the series Halden is `Women's Halden Rain Jacket`. */
function nameOf(title: string, series: string): string {
  const owner = /^(Women's|Men's|Kids') /.exec(title)?.[0] ?? '';
  return `${owner}${series} ${title.slice(owner.length)}`;
}

/** Each archetype walks through the series from a start of its own; later rounds are later generations. */
function seriesOf(slug: string, round: number): string {
  const start = new Random('series', slug).int(0, SERIES.length - 1);
  const generation = Math.floor(round / SERIES.length) + 1;
  return `${SERIES[(start + round * 7) % SERIES.length]}${generation > 1 ? ` ${generation}` : ''}`;
}

/** More young products than old ones, in the order of their ids. */
function ageOf({ index, count, endsAt }: Variation, random: Random): Date {
  const days = OLDEST_DAYS * (1 - (index + random.next()) / count) ** 1.5;
  return new Date(Math.floor(endsAt.getTime() - days * DAY_MS - random.between(0, 0.5) * DAY_MS));
}

type Options = readonly (readonly string[])[];

/** The archetype's own choices at first; later products of it come in colours of their own. */
function chooseOptions({ head, variants }: Archetype, round: number, random: Random): Options {
  const own = head.optionNames.map((_, at) => [...new Set(variants.map(({ optionValues }) => optionValues[at] ?? ''))]);
  return own.map((values, at) => {
    if (head.optionNames[at] !== 'Color') return values;
    const palette = round === 0 ? values : [...new Set([...values, ...random.sample(Object.keys(COLORS), 3)])];
    const others = own.reduce((product, each, other) => (other === at ? product : product * each.length), 1);
    const most = Math.max(1, Math.min(MAX_COLORS, palette.length, Math.floor(BLOCK / others)));
    return random.sample(palette, round === 0 ? most : random.int(1, most));
  });
}

function colorsOf(options: Options): string[] {
  return options.flat().filter((value) => value in COLORS);
}

function imagesOf(index: number, slug: string, name: string, options: Options): SeedProduct['images'] {
  const colors = colorsOf(options);
  const first = index * BLOCK + 1;
  if (colors.length === 0) return [{ id: first, url: `/media/${slug}.svg`, alt: name }];
  return colors.map((color, at) => ({
    id: first + at,
    url: `/media/${slug}--${slugOf(color)}.svg`,
    alt: `${name}, ${color.toLowerCase()}`,
  }));
}

function variantsOf(
  { archetype, index }: Variation,
  options: Options,
  images: SeedProduct['images'],
  discount: number | null,
  random: Random,
): SeedVariant[] {
  const factor = random.between(0.75, 1.45);
  const code = `${archetype.variants[0]?.sku?.split('-')[0] ?? 'M'}-${(index + 1).toString(36).toUpperCase().padStart(4, '0')}`;
  const isSoldOut = random.chance(0.05);
  const allowBackorder = random.chance(0.03);
  const imageByColor = new Map(colorsOf(options).map((color, at) => [color, images[at]?.id ?? null]));
  return combinations(options)
    .slice(0, BLOCK)
    .map((optionValues, at) => {
      const model = modelOf(archetype, optionValues);
      const priceMinor = roundPrice(model.priceMinor * factor);
      return {
        id: index * BLOCK + at + 1,
        sku: `${code}-${String(at + 1).padStart(2, '0')}`,
        title: optionValues.join(' / ') || 'Default',
        optionValues,
        priceMinor,
        compareAtPriceMinor: discount === null ? null : roundPrice(priceMinor * discount),
        weightGrams: Math.round((model.weightGrams ?? 0) * random.between(0.9, 1.1)),
        imageId: imageByColor.get(optionValues.find((value) => value in COLORS) ?? '') ?? null,
        stockOnHand: isSoldOut ? 0 : stockOf(priceMinor, random),
        allowBackorder,
      };
    });
}

/** The archetype's variant that is most like these values: it says what a size costs more. */
function modelOf({ variants }: Archetype, optionValues: readonly string[]): Archetype['variants'][number] {
  const alike = (values: readonly string[]): number => values.filter((value, at) => value === optionValues[at]).length;
  return variants.reduce((best, each) => (alike(each.optionValues) > alike(best.optionValues) ? each : best));
}

function combinations(options: Options): string[][] {
  return options.reduce<string[][]>((rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])), [[]]);
}

/** Prices as shops write them: 7.90, 48.50, 129.00, 1,690.00. */
function roundPrice(minor: number): number {
  if (minor < 2_000) return Math.max(190, Math.round(minor / 50) * 50 - 10);
  if (minor < 10_000) return Math.round(minor / 100) * 100 - 10;
  if (minor < 50_000) return Math.round(minor / 500) * 500 - 100;
  return Math.round(minor / 1_000) * 1_000 - 100;
}

function stockOf(priceMinor: number, random: Random): number {
  const luck = random.next();
  if (luck < 0.07) return 0;
  if (luck < 0.18) return random.int(1, 4);
  return random.int(5, priceMinor > 30_000 ? 20 : priceMinor > 8_000 ? 60 : 180);
}

/** Who else makes such things: the makers on the same shelf of our catalogue, and the department's house brands. */
function brandsByShelf(archetypes: readonly Archetype[]): Map<string, readonly string[]> {
  const shelves = Map.groupBy(archetypes, ({ head }) => shelfOf(head.categoryPath));
  return new Map(
    [...shelves].map(([shelf, members]) => {
      const makers = members.map(({ head }) => head.vendor);
      return [shelf, [...makers, ...(HOUSE_BRANDS[members[0]?.head.categoryPath[0] ?? ''] ?? [])]];
    }),
  );
}

function shelfOf(path: readonly string[]): string {
  return path.join('>');
}
