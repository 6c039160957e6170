import { stat } from 'node:fs/promises';
import {
  addResults,
  openCatalogueImporter,
  type BatchResult,
  type CatalogueImporter,
  type ProductDraft,
  type Refusal,
} from '../../subgraphs/product/catalog-import';
import type { CsvRecord } from './csv-records';
import type { Reject } from './product-group';
import { readProducts, UnreadableCatalogue } from './product-rows';
import { openRejectsFile, type RejectsFile } from './rejects-file';

export interface ImportOptions {
  readonly file: string;
  /** Of the product subgraph. */
  readonly databaseUrl: string;
  readonly currency: string;
  /** Where to write the rows that were not taken, as CSV; `null` writes none. */
  readonly rejectsFile: string | null;
  /** Called with bytes read, bytes in all and products taken so far. */
  readonly onProgress?: (bytes: number, totalBytes: number, products: number) => void;
}

export interface ImportSummary extends Omit<BatchResult, 'refusals'> {
  /** Without the header. */
  readonly rows: number;
  readonly tagCategories: number;
  readonly rejects: readonly Reject[];
}

const BATCH = 100;

/**
 * Imports a Shopify product export. What cannot be taken is in the summary's `rejects`, and costs nothing else.
 *
 * @throws UnreadableCatalogue when the file is missing, empty or no product export
 */
export async function runImport(options: ImportOptions): Promise<ImportSummary> {
  const { size } = await checkCatalogue(options.file);
  const importer = await openCatalogueImporter(options);
  try {
    return await new ImportRun(options, size, importer).run();
  } finally {
    await importer.close();
  }
}

/** Reads the header alone. @throws UnreadableCatalogue as {@link runImport} does */
export async function checkCatalogue(file: string): Promise<{ readonly size: number }> {
  const stats = await stat(file).catch(() => null);
  if (!stats?.isFile()) throw new UnreadableCatalogue(`${file} is no file that can be read`);
  const ignore = (): void => undefined;
  const products = readProducts({ path: file, onReject: ignore, onBytes: ignore });
  await products.next();
  await products.return(undefined);
  return { size: stats.size };
}

interface Taken {
  readonly draft: ProductDraft;
  readonly rows: readonly CsvRecord[];
}

/** One file on its way into the shop. */
class ImportRun {
  private readonly rejects: Reject[] = [];
  private rejectsFile: RejectsFile | null = null;
  private rows = 0;
  private bytes = 0;
  private result: BatchResult | null = null;

  constructor(
    private readonly options: ImportOptions,
    private readonly size: number,
    private readonly importer: CatalogueImporter,
  ) {}

  async run(): Promise<ImportSummary> {
    try {
      let batch: Taken[] = [];
      for await (const taken of readProducts(this.source())) {
        batch.push(taken);
        if (batch.length < BATCH) continue;
        await this.write(batch);
        batch = [];
      }
      if (batch.length > 0) await this.write(batch);
      const tagCategories = this.result ? await this.importer.finish() : 0;
      const { refusals: _refusals, ...counts } = this.result ?? EMPTY;
      const rejects = this.rejects.toSorted((a, b) => a.line - b.line);
      return { ...counts, rows: this.rows, tagCategories, rejects };
    } finally {
      await this.rejectsFile?.close();
    }
  }

  private source() {
    return {
      path: this.options.file,
      onBytes: (bytes: number) => void (this.bytes = bytes),
      onRow: () => void (this.rows += 1),
      onReject: (reject: Reject) => this.reject(reject),
      onHeader: (header: readonly string[]) => {
        if (this.options.rejectsFile !== null) this.rejectsFile = openRejectsFile(this.options.rejectsFile, header);
      },
    };
  }

  private async write(batch: readonly Taken[]): Promise<void> {
    const result = await this.importer.write(mergedBySlug(batch));
    this.result = this.result ? addResults(this.result, result) : result;
    for (const refusal of result.refusals) this.explain(refusal, batch);
    const { productsCreated, productsChanged, productsUnchanged } = this.result;
    this.options.onProgress?.(this.bytes, this.size, productsCreated + productsChanged + productsUnchanged);
  }

  /** A refusal of a whole product is told for each of its rows. */
  private explain({ slug, line, reason, isWhole }: Refusal, batch: readonly Taken[]): void {
    const rows = batch.filter(({ draft }) => draft.slug === slug).flatMap((taken) => taken.rows);
    for (const row of rows.filter((each) => line === null || each.line === line)) {
      if (this.rejects.some((reject) => reject.line === row.line && reject.isWhole)) continue;
      this.reject({ line: row.line, handle: slug, isWhole, reason, cells: row.cells });
    }
  }

  private reject(reject: Reject): void {
    this.rejects.push(reject);
    this.rejectsFile?.write(reject);
  }
}

const EMPTY: BatchResult = {
  productsCreated: 0,
  productsChanged: 0,
  productsUnchanged: 0,
  variantsAdded: 0,
  variantsChanged: 0,
  imagesAdded: 0,
  refusals: [],
};

/** A handle whose rows stand apart in the file comes as several drafts; in one batch they must be one. */
function mergedBySlug(batch: readonly Taken[]): ProductDraft[] {
  const bySlug = new Map<string, ProductDraft>();
  for (const { draft } of batch) {
    const first = bySlug.get(draft.slug);
    if (!first) {
      bySlug.set(draft.slug, draft);
      continue;
    }
    const urls = new Set(first.images.map(({ url }) => url));
    bySlug.set(draft.slug, {
      slug: draft.slug,
      head: draft.head ?? first.head,
      variants: [...first.variants, ...draft.variants],
      images: [...first.images, ...draft.images.filter(({ url }) => !urls.has(url))],
    });
  }
  return [...bySlug.values()];
}
