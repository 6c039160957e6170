/** What the import reads of Shopify's product CSV, by the names of our own. */
export type ColumnName = keyof typeof HEADINGS;

/** Headings by which Shopify's exports have named each column, old and new, compared without case. */
const HEADINGS = {
  handle: ['Handle', 'URL handle'],
  title: ['Title'],
  body: ['Body (HTML)', 'Body HTML', 'Description'],
  vendor: ['Vendor'],
  category: ['Product Category', 'Standard Product Type'],
  type: ['Type', 'Custom Product Type'],
  tags: ['Tags'],
  published: ['Published', 'Published on online store'],
  status: ['Status'],
  option1Name: ['Option1 Name'],
  option1Value: ['Option1 Value'],
  option2Name: ['Option2 Name'],
  option2Value: ['Option2 Value'],
  option3Name: ['Option3 Name'],
  option3Value: ['Option3 Value'],
  sku: ['Variant SKU', 'SKU'],
  grams: ['Variant Grams', 'Weight value (grams)'],
  tracker: ['Variant Inventory Tracker', 'Inventory tracker'],
  quantity: ['Variant Inventory Qty', 'Inventory quantity'],
  policy: ['Variant Inventory Policy', 'Continue selling when out of stock'],
  price: ['Variant Price', 'Price'],
  compareAtPrice: ['Variant Compare At Price', 'Compare-at price'],
  requiresShipping: ['Variant Requires Shipping', 'Requires shipping'],
  taxable: ['Variant Taxable', 'Charge tax'],
  barcode: ['Variant Barcode', 'Barcode'],
  imageUrl: ['Image Src', 'Product image URL'],
  imagePosition: ['Image Position'],
  imageAlt: ['Image Alt Text'],
  giftCard: ['Gift Card'],
  seoTitle: ['SEO Title'],
  seoDescription: ['SEO Description'],
  variantImage: ['Variant Image', 'Variant image URL'],
} as const satisfies Record<string, readonly string[]>;

const REQUIRED: readonly ColumnName[] = ['handle', 'title', 'price'];

/** Where each column stands in one file; a column that the file lacks reads as empty. */
export class ColumnMap {
  private constructor(private readonly positions: ReadonlyMap<ColumnName, number>) {}

  /** @returns the map, or what is missing when the header is not one of a product export */
  static ofHeader(header: readonly string[]): ColumnMap | { readonly missing: readonly string[] } {
    const wanted = header.map((heading) => heading.trim().toLowerCase());
    const positions = new Map<ColumnName, number>();
    for (const [name, headings] of Object.entries(HEADINGS) as [ColumnName, readonly string[]][]) {
      const known = headings.map((heading) => wanted.indexOf(heading.toLowerCase())).filter((position) => position >= 0);
      if (known[0] !== undefined) positions.set(name, known[0]);
    }
    const missing = REQUIRED.filter((name) => !positions.has(name)).map((name) => HEADINGS[name][0]);
    return missing.length > 0 ? { missing } : new ColumnMap(positions);
  }

  /** The row's text in a column, trimmed. */
  read(cells: readonly string[], name: ColumnName): string {
    const position = this.positions.get(name);
    return position === undefined ? '' : (cells[position] ?? '').trim();
  }

  has(name: ColumnName): boolean {
    return this.positions.has(name);
  }
}
