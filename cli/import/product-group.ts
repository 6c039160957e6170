import {
  LIMITS,
  type ImageDraft,
  type ProductDraft,
  type ProductHead,
  type VariantDraft,
} from '../../subgraphs/product/catalog-import';
import type { ColumnMap, ColumnName } from './columns';
import type { CsvRecord } from './csv-records';
import { readFlag, readOptionalText, readPrice, readText, readUrl, readWhole, RowError } from './read-cells';

/** A row, or a part of one (`isWhole: false`), that was not taken. */
export interface Reject {
  readonly line: number;
  readonly handle: string;
  readonly isWhole: boolean;
  readonly reason: string;
  readonly cells: readonly string[];
}

/** The rows of one product while they come in. */
export class ProductRows {
  private head: ProductHead | null = null;
  private headProblem: string | null = null;
  private readonly rejectedWhole = new Set<number>();
  private optionNames: string[] = [];
  private readonly rows: CsvRecord[] = [];
  private readonly variants: VariantDraft[] = [];
  private readonly images = new Map<string, ImageDraft>();
  private readonly lineByIdentity = new Map<string, number>();

  constructor(
    readonly slug: string,
    private readonly columns: ColumnMap,
    private readonly onReject: (reject: Reject) => void,
  ) {}

  take(row: CsvRecord): void {
    const isFirst = this.rows.length === 0;
    this.rows.push(row);
    const read = (name: ColumnName): string => this.columns.read(row.cells, name);
    if (isFirst && read('title') !== '') this.attemptHead(read);
    const hasVariant = (['price', 'sku', 'option1Value'] as const).some((name) => read(name) !== '');
    const hasImage = read('imageUrl') !== '';
    if (hasVariant) this.attempt(row, true, () => this.takeVariant(row, read));
    if (hasImage) this.attempt(row, !hasVariant && !isFirst, () => this.takeImage(row.line, read));
    if (!hasVariant && !hasImage && !isFirst) this.reject(row, true, 'the row holds neither a variant (a price) nor an image');
  }

  *finish(): Generator<{ draft: ProductDraft; rows: readonly CsvRecord[] }> {
    const problem =
      this.headProblem ?? (this.head && this.variants.length === 0 ? 'no variant of the product could be taken' : null);
    if (problem !== null) {
      for (const row of this.rows) if (!this.rejectedWhole.has(row.line)) this.reject(row, true, problem);
      return;
    }
    if (this.variants.length + this.images.size === 0) return;
    const draft = this.withoutDefaultOption({
      slug: this.slug,
      head: this.head,
      variants: this.variants,
      images: [...this.images.values()],
    });
    yield { draft, rows: this.rows };
  }

  private reject(row: CsvRecord, isWhole: boolean, reason: string): void {
    if (isWhole) this.rejectedWhole.add(row.line);
    this.onReject({ line: row.line, handle: this.slug, isWhole, reason, cells: row.cells });
  }

  /** Without its texts a product is nothing to show, so its other rows fall with them. */
  private attemptHead(read: (name: ColumnName) => string): void {
    try {
      this.takeHead(read);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      this.headProblem = error.message;
    }
  }

  private attempt(row: CsvRecord, isWhole: boolean, take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      this.reject(row, isWhole, error.message);
    }
  }

  private takeHead(read: (name: ColumnName) => string): void {
    const names = (['option1Name', 'option2Name', 'option3Name'] as const).map(read);
    this.optionNames = names.slice(0, names.findLastIndex((name) => name !== '') + 1);
    const tags = read('tags')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && tag.length <= LIMITS.tagLength);
    this.head = {
      name: readText(read('title'), 'Title', LIMITS.nameLength),
      html: readText(read('body'), 'Body (HTML)', LIMITS.htmlLength),
      vendor: readText(read('vendor'), 'Vendor', LIMITS.labelLength),
      productType: readText(read('type'), 'Type', LIMITS.labelLength),
      tags: [...new Set(tags.map((tag) => readText(tag, 'Tags', LIMITS.tagLength)))].slice(0, LIMITS.tags),
      status: this.readStatus(read),
      optionNames: this.optionNames.map((name, at) =>
        readText(name || `Option ${at + 1}`, `Option${at + 1} Name`, LIMITS.optionLength),
      ),
      seoTitle: readOptionalText(read('seoTitle'), 'SEO Title', LIMITS.seoTitleLength),
      seoDescription: readOptionalText(read('seoDescription'), 'SEO Description', LIMITS.seoDescriptionLength),
      categoryPath: readCategoryPath(read('category'), read('type')),
    };
  }

  private readStatus(read: (name: ColumnName) => string): ProductHead['status'] {
    const status = read('status').toLowerCase();
    if (status === 'archived' || status === 'unlisted') return status === 'archived' ? 'ARCHIVED' : 'DRAFT';
    if (status === 'draft') return 'DRAFT';
    if (status !== '' && status !== 'active')
      throw new RowError(`Status "${status.slice(0, 40)}" is none of active, draft, archived`);
    return readFlag(read('published'), 'Published', true) ? 'ACTIVE' : 'DRAFT';
  }

  private takeVariant(row: CsvRecord, read: (name: ColumnName) => string): void {
    if (this.variants.length >= LIMITS.variants) throw new RowError(`a product has ${LIMITS.variants} variants at most`);
    const optionValues = this.readOptionValues(read);
    const compareAt = read('compareAtPrice');
    const variantImage = read('variantImage');
    const { line } = row;
    const variant: VariantDraft = {
      line,
      sku: readOptionalText(read('sku'), 'Variant SKU', LIMITS.skuLength),
      optionValues,
      priceMinor: readPrice(read('price'), 'Variant Price', LIMITS.priceMinor),
      compareAtPriceMinor: compareAt === '' ? null : readPrice(compareAt, 'Variant Compare At Price', LIMITS.priceMinor),
      weightGrams: read('grams') === '' ? null : readWhole(read('grams'), 'Variant Grams', 0, LIMITS.weightGrams),
      barcode: readOptionalText(read('barcode').replace(/^'/, ''), 'Variant Barcode', LIMITS.barcodeLength),
      stockOnHand:
        read('quantity') === '' ? 0 : readWhole(read('quantity'), 'Variant Inventory Qty', -LIMITS.stock, LIMITS.stock),
      isTracked: read('tracker') !== '',
      allowBackorder: readFlag(read('policy'), 'Variant Inventory Policy', false),
      requiresShipping: readFlag(
        read('requiresShipping'),
        'Variant Requires Shipping',
        read('giftCard').toLowerCase() !== 'true',
      ),
      taxable: readFlag(read('taxable'), 'Variant Taxable', true),
      imageUrl: variantImage === '' ? null : readUrl(variantImage, 'Variant Image', LIMITS.urlLength),
    };
    this.variants.push(this.withOwnIdentity(line, variant, row));
  }

  private readOptionValues(read: (name: ColumnName) => string): string[] {
    const values = (['option1Value', 'option2Value', 'option3Value'] as const).map(read);
    const given = values.findLastIndex((value) => value !== '') + 1;
    // Rows that only add to a product which the shop has do not repeat the names of its options.
    const wanted = this.head ? this.optionNames.length : given;
    if (given > wanted)
      throw new RowError(
        `Option${given} Value "${values[given - 1]?.slice(0, 40)}" belongs to an option that the product does not name`,
      );
    return values.slice(0, wanted).map((value, at) => {
      if (value === '') throw new RowError(`Option${at + 1} Value (${this.optionNames[at] ?? ''}) is missing`);
      return readText(value, `Option${at + 1} Value`, LIMITS.optionLength);
    });
  }

  /** Shops repeat SKUs; here one names one variant, so the later row keeps its stock and price and loses the SKU. */
  private withOwnIdentity(line: number, variant: VariantDraft, row: CsvRecord): VariantDraft {
    const options = `options ${variant.optionValues.join(' / ').toLowerCase()}`;
    const sameOptions = this.lineByIdentity.get(options);
    if (sameOptions) throw new RowError(`has the same option values as line ${sameOptions}`);
    this.lineByIdentity.set(options, line);
    if (variant.sku === null) return variant;
    const sameSku = this.lineByIdentity.get(`sku ${variant.sku}`);
    if (sameSku) {
      this.reject(row, false, `taken without its SKU "${variant.sku}", which line ${sameSku} of the product has`);
      return { ...variant, sku: null };
    }
    this.lineByIdentity.set(`sku ${variant.sku}`, line);
    return variant;
  }

  private takeImage(line: number, read: (name: ColumnName) => string): void {
    const url = readUrl(read('imageUrl'), 'Image Src', LIMITS.urlLength);
    if (this.images.has(url)) return;
    if (this.images.size >= LIMITS.images) throw new RowError(`a product has ${LIMITS.images} images at most`);
    const position = read('imagePosition');
    this.images.set(url, {
      line,
      url,
      alt: readText(read('imageAlt'), 'Image Alt Text', LIMITS.altLength),
      position: position === '' ? null : readWhole(position, 'Image Position', 1, 10_000),
    });
  }

  /** Shopify writes a product without options as one variant of an option "Title". */
  private withoutDefaultOption(draft: ProductDraft): ProductDraft {
    const [variant] = draft.variants;
    const isDefault = draft.head?.optionNames.length === 1 && draft.head.optionNames[0]?.toLowerCase() === 'title';
    if (!isDefault || !draft.head || !variant || draft.variants.length > 1) return draft;
    return { ...draft, head: { ...draft.head, optionNames: [] }, variants: [{ ...variant, optionValues: [] }] };
  }
}

/** `Home > Lighting > Lamps` of the category column; else the type is a category at the top of the tree. */
function readCategoryPath(category: string, type: string): string[] {
  const path = (category || type)
    .split('>')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  // Some exports hold the number of a taxonomy's entry here, which names nothing.
  const named = path.length === 1 && /^\d+$/.test(path[0] ?? '') ? [type].filter((name) => name !== '') : path;
  if (named.length > LIMITS.categoryDepth)
    throw new RowError(`Product Category is more than ${LIMITS.categoryDepth} levels deep`);
  return named.map((name) => readText(name, 'Product Category', LIMITS.labelLength));
}
