import type { Settings } from '../../platform/config';
import { usingDatabases } from '../databases';
import { CommandError, formatDuration, say } from '../print';
import { startProgress } from '../progress';
import { UnreadableCatalogue } from './product-rows';
import { checkCatalogue, runImport, type ImportSummary } from './run-import';

const SHOWN_REJECTS = 20;

/** Imports a file with a progress bar and tells what became of it. @throws CommandError when nothing of it could be taken */
export async function showImport(
  settings: Settings,
  file: string,
  options: { dataDir: string; rejects?: string },
): Promise<void> {
  const startedMs = performance.now();
  const rejectsFile = options.rejects ?? null;
  try {
    // Before a database is started for nothing.
    await checkCatalogue(file);
    const summary = await usingDatabases(settings, options.dataDir, ({ product }) =>
      importWithProgress(file, product, settings.currency, rejectsFile),
    );
    showSummary(summary, performance.now() - startedMs, rejectsFile);
  } catch (error) {
    if (error instanceof UnreadableCatalogue) throw new CommandError(error.message);
    throw error;
  }
}

async function importWithProgress(
  file: string,
  databaseUrl: string,
  currency: string,
  rejectsFile: string | null,
): Promise<ImportSummary> {
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
    say(
      `  line ${String(line).padStart(6)}  ${isWhole ? 'not taken' : 'in part  '}  ${handle.slice(0, 40).padEnd(40)}  ${reason}`,
    );
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
