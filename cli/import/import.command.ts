import { Command } from 'commander';
import { environmentWith, readSettings } from '../../platform/config';
import { usingDatabases } from '../databases';
import { CommandError, formatDuration, say } from '../print';
import { startProgress } from '../progress';
import { UnreadableCatalogue } from './product-rows';
import { runImport, type ImportSummary } from './run-import';

const SHOWN_REJECTS = 20;

/** `mercato import FILE` */
export function importCommand(): Command {
  return new Command('import')
    .description('import products from a Shopify product export (CSV); safe to repeat, and safe beside a running shop')
    .argument('<file>', 'the CSV file')
    .option('-d, --data-dir <folder>', 'where the database lives, when no database is set', '.mercato')
    .option('--rejects <file>', 'write the rows that were not taken to this CSV file, each with line and reason')
    .action(async (file: string, options: { dataDir: string; rejects?: string }) => {
      const settings = readSettings(environmentWith({}, { LOG_LEVEL: 'warn' }));
      const startedMs = performance.now();
      try {
        const summary = await usingDatabases(settings, options.dataDir, ({ product }) =>
          importWithProgress(file, product, settings.currency, options.rejects ?? null),
        );
        showSummary(summary, performance.now() - startedMs, options.rejects ?? null);
      } catch (error) {
        if (error instanceof UnreadableCatalogue) throw new CommandError(error.message);
        throw error;
      }
    });
}

async function importWithProgress(file: string, databaseUrl: string, currency: string, rejectsFile: string | null): Promise<ImportSummary> {
  const progress = startProgress('import', 100);
  try {
    return await runImport({
      file,
      databaseUrl,
      currency,
      rejectsFile,
      onProgress: (bytes, total, products) => progress.update((bytes / total) * 100, `${products.toLocaleString('en')} products`),
    });
  } finally {
    progress.end();
  }
}

function showSummary(summary: ImportSummary, tookMs: number, rejectsFile: string | null): void {
  const taken = summary.productsCreated + summary.productsChanged + summary.productsUnchanged;
  const whole = summary.rejects.filter(({ isWhole }) => isWhole).length;
  if (taken === 0) throw new CommandError(`nothing could be imported: ${reasonForNothing(summary)}`);
  const count = (value: number): string => value.toLocaleString('en').padStart(9);
  say();
  say(`  rows read          ${count(summary.rows)}`);
  say(`  products new       ${count(summary.productsCreated)}`);
  say(`  products changed   ${count(summary.productsChanged)}`);
  say(`  products the same  ${count(summary.productsUnchanged)}`);
  say(`  variants new       ${count(summary.variantsAdded)}`);
  say(`  variants changed   ${count(summary.variantsChanged)}`);
  say(`  images new         ${count(summary.imagesAdded)}`);
  say(`  tags as categories ${count(summary.tagCategories)}`);
  say(`  rows rejected      ${count(whole)}`);
  say(`  rows taken in part ${count(summary.rejects.length - whole)}`);
  showRejects(summary, rejectsFile);
  say(`imported in ${formatDuration(tookMs)}`);
}

function showRejects({ rejects }: ImportSummary, rejectsFile: string | null): void {
  if (rejects.length === 0) return;
  say();
  // Without a file to look into, every row is told here.
  const shown = rejectsFile === null ? rejects : rejects.slice(0, SHOWN_REJECTS);
  for (const { line, handle, reason, isWhole } of shown) {
    say(`  line ${String(line).padStart(6)}  ${isWhole ? 'not taken' : 'in part  '}  ${handle.slice(0, 40).padEnd(40)}  ${reason}`);
  }
  if (shown.length < rejects.length) say(`  ... and ${rejects.length - shown.length} more`);
  if (rejectsFile !== null) say(`  all of them: ${rejectsFile}`);
  say();
}

function reasonForNothing({ rows, rejects }: ImportSummary): string {
  const [first] = rejects;
  if (rows === 0 || !first) return 'the file has a header and no rows';
  return `none of ${rows} rows can be taken, the first (line ${first.line}) because ${first.reason}`;
}
