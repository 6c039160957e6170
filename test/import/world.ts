import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runImport, type ImportSummary } from '../../cli/import';
import { createDatabase, type TestDatabase } from '../support/database';

/** A product database of its own and a folder for files. */
export interface ImportWorld {
  readonly database: TestDatabase;
  importFile(file: string, rejectsFile?: string): Promise<ImportSummary>;
  importText(text: string | Buffer): Promise<ImportSummary>;
  pathOf(name: string): string;
}

export async function importWorld(): Promise<ImportWorld> {
  const database = await createDatabase('product');
  const folder = mkdtempSync(join(tmpdir(), 'mercato-import-'));
  const importFile = (file: string, rejectsFile?: string): Promise<ImportSummary> =>
    runImport({ file, databaseUrl: database.url, currency: 'EUR', rejectsFile: rejectsFile ?? null });
  return {
    database,
    importFile,
    importText: (text) => {
      const file = join(folder, 'catalogue.csv');
      writeFileSync(file, text);
      return importFile(file);
    },
    pathOf: (name) => join(folder, name),
  };
}

/** Rows of a small export: a header with the columns that the tests vary, and the given records. */
export function csv(...rows: readonly Partial<Record<(typeof COLUMNS)[number], string>>[]): string {
  const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => quoted(row[column] ?? '')).join(','))].join('\n');
}

const COLUMNS = [
  'Handle',
  'Title',
  'Body (HTML)',
  'Vendor',
  'Product Category',
  'Type',
  'Tags',
  'Option1 Name',
  'Option1 Value',
  'Variant SKU',
  'Variant Inventory Tracker',
  'Variant Inventory Qty',
  'Variant Price',
  'Image Src',
  'Status',
] as const;
