import { LIMITS, type ProductDraft } from '../../subgraphs/product/catalog-import';
import { ColumnMap } from './columns';
import { readCsv, type BrokenRecord, type CsvRecord } from './csv-records';
import { ProductRows, type Reject } from './product-group';

export interface CatalogueFile {
  readonly path: string;
  readonly onReject: (reject: Reject) => void;
  readonly onBytes: (bytes: number) => void;
  /** Called for each record behind the header, broken ones included. */
  readonly onRow?: () => void;
  readonly onHeader?: (header: readonly string[]) => void;
}

/** Thrown when a file cannot be a catalogue at all; the message is one line for the person at the keyboard. */
export class UnreadableCatalogue extends Error {}

/**
 * Streams the products of a Shopify product export. Rows with the same handle that stand together are one product: the
 * first carries its texts, every row may add a variant, an image or both.
 *
 * @throws UnreadableCatalogue when the file has no header with the columns of a product export
 */
export async function* readProducts(file: CatalogueFile): AsyncGenerator<{ draft: ProductDraft; rows: readonly CsvRecord[] }> {
  let columns: ColumnMap | null = null;
  let group: ProductRows | null = null;
  const onBroken = ({ line, text, reason }: BrokenRecord): void => {
    file.onRow?.();
    file.onReject({ line, handle: /^"?([\w-]{1,200})"?,/.exec(text)?.[1] ?? '', isWhole: true, reason, cells: [text] });
  };
  for await (const row of readCsv({ path: file.path, onBroken, onBytes: file.onBytes })) {
    if (!columns) {
      columns = columnsOf(row, file);
      continue;
    }
    file.onRow?.();
    const handle = columns.read(row.cells, 'handle').toLowerCase();
    const problem = problemOfHandle(handle);
    if (problem) {
      file.onReject({ line: row.line, handle, isWhole: true, reason: problem, cells: row.cells });
      continue;
    }
    if (group && group.slug !== handle) {
      yield* group.finish();
      group = null;
    }
    group ??= new ProductRows(handle, columns, file.onReject);
    group.take(row);
  }
  if (!columns) throw new UnreadableCatalogue(`${file.path} is empty`);
  if (group) yield* group.finish();
}

function columnsOf(header: CsvRecord, file: CatalogueFile): ColumnMap {
  const columns = ColumnMap.ofHeader(header.cells);
  if (!(columns instanceof ColumnMap)) {
    throw new UnreadableCatalogue(
      `${file.path} is no Shopify product export: its first line lacks ${columns.missing.join(', ')}`,
    );
  }
  file.onHeader?.(header.cells);
  return columns;
}

function problemOfHandle(handle: string): string | null {
  if (handle === '') return 'the handle is missing';
  if (handle.length > LIMITS.slugLength) return `the handle has ${handle.length} characters, ${LIMITS.slugLength} at most`;
  return /^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(handle) ? null : 'the handle may hold letters, digits, "-" and "_" only';
}
