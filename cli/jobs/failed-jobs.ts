import { openable, type OpenableDatabase } from '../../platform/db';
import { FailedJobService, keyOfFailedJob } from '../../platform/failed-jobs';
import { SUBGRAPH_NAMES, type Settings, type SubgraphName } from '../../platform/config';
import { usingDatabases, type DatabaseUrls } from '../databases';
import { say } from '../print';

const PAGE = 100;

export interface FailedJobsOptions {
  readonly dataDir: string;
  /** Only work of this name. */
  readonly name?: string;
}

/** Prints the failed jobs of all databases, the newest of each first. */
export function listFailedJobs(settings: Settings, { dataDir, name }: FailedJobsOptions): Promise<void> {
  return withFailedJobs(settings, dataDir, async (subgraph, jobs) => {
    const page = await jobs.page(name ?? null, { limit: PAGE, cursor: null, backward: false });
    const total = page.pageInfo.hasNextPage ? await page.totalCount() : page.edges.length;
    say(`${subgraph}: ${total} failed`);
    for (const { node } of page.edges) {
      say(`  ${node.id}  ${node.name}  ${node.attempts} attempts, last ${node.failedAt.toISOString()}`);
      say(`    ${node.payload}`);
      say(`    ${node.error.split('\n', 1)[0] ?? ''}`);
    }
  });
}

/** Has failed jobs tried again: those named, or all, or all of a name. */
export function retryFailedJobs(settings: Settings, ids: readonly string[], { dataDir, name }: FailedJobsOptions): Promise<void> {
  const keys = ids.map((id) => keyOfFailedJob(id, 'id'));
  return withFailedJobs(settings, dataDir, async (subgraph, jobs) => {
    const retried = keys.length > 0 ? (await jobs.retry(keys, null)).count : await retryAll(jobs, name ?? null);
    say(`${subgraph}: ${retried} tried again`);
  });
}

/** Those that were there when it began: what fails anew meanwhile is not retried for ever. */
async function retryAll(jobs: FailedJobService, name: string | null): Promise<number> {
  const keys: string[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await jobs.page(name, { limit: PAGE, cursor, backward: false });
    keys.push(...page.edges.map(({ node }) => keyOfFailedJob(node.id, 'id')));
    cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    if (cursor === null) break;
  }
  return (await jobs.retry(keys, null)).count;
}

function withFailedJobs(
  settings: Settings,
  dataDir: string,
  work: (subgraph: SubgraphName, jobs: FailedJobService) => Promise<void>,
): Promise<void> {
  return usingDatabases(settings, dataDir, async (databases: DatabaseUrls) => {
    for (const subgraph of SUBGRAPH_NAMES) {
      const database = open(databases[subgraph]);
      await database.open();
      try {
        await work(subgraph, new FailedJobService(database.source));
      } finally {
        await database.close();
      }
    }
  });
}

function open(url: string): OpenableDatabase {
  return openable({ url, entities: [], migrations: [], poolSize: 2, applicationName: 'mercato-jobs-cli' });
}
