import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../cli/project-root';
import { graph } from '../support/graph';
import type { TestSystem } from '../support/system';
import type { Proof, ProofContext } from './proof';
import { countedOperations, type CountedOperation } from './statements/operations';
import { planningOf, watchStatements } from './statements/named';
import { prepareWorld, type PreparedWorld } from './statements/world';

const SNAPSHOT = join(PROJECT_ROOT, 'test', 'prove', 'statements.snapshot.json');
const SEED = ['--products', '600', '--orders', '1000', '--customers', '80'];
/** The project's budget is for 20; that nothing grows is shown at 5 and 50. */
const SIZES = [5, 20, 50];

interface Counts {
  readonly subgraphCalls: number;
  readonly statements: number;
}

interface Cost {
  readonly uncached: Counts;
  readonly warm: Counts;
}

/** What eleven operations cost in SQL statements and subgraph calls, and that it does not grow with their lists. */
export const proof: Proof = {
  name: 'statements',
  summary:
    'statements and subgraph calls of eleven operations stay at the snapshot, at 5, 20 and 50 items; hot statements are planned once',
  run: async (context) => {
    const uncached = await context.startSystem({ seed: SEED, environment: { CACHE: 'off' } });
    const warm = await context.startSystem({ environment: databasesOf(uncached) });
    const world = await prepareWorld(uncached, SIZES);
    const named = await watchStatements(uncached);
    const costs: Record<string, Cost> = {};
    let problems = 0;
    context.say(`${'operation'.padEnd(36)} items      subgraph calls / statements, caches off    caches warm    budget`);
    for (const operation of countedOperations) {
      const bySize: Cost[] = [];
      for (const size of SIZES) bySize.push(await costOf(operation, size, world, { uncached, warm }));
      for (const problem of judge(operation, bySize)) problems += complain(context, problem);
      const [cost] = bySize;
      if (!cost) continue;
      costs[operation.name] = cost;
      context.say(
        `${operation.name.padEnd(36)} ${SIZES.join('=')}  ${pair(cost.uncached).padStart(36)} ${pair(cost.warm).padStart(14)} ${String(operation.budget).padStart(9)}`,
      );
    }
    problems += await compare(costs, context);
    const { executed, unnamed } = await named.stop();
    context.say(`PostgreSQL's log of them: ${executed} parameterised statements executed, ${unnamed.length} of them unnamed`);
    for (const text of unnamed.slice(0, 5)) problems += complain(context, `not named: ${text}`);
    const planning = await planningOf(uncached);
    context.say(
      `one statement 20 times on one connection: prepared ${planning.prepared}, planned ${planning.planned} times, then the plan was kept for ${planning.kept}`,
    );
    if (planning.prepared !== 1 || planning.kept === 0) problems += complain(context, 'a statement is planned anew each time');
    const figures = { operations: countedOperations.length, statements: executed, unnamed: unnamed.length, problems };
    return { isProven: problems === 0 && executed > 0, figures };
  },
};

/** The second system reads what the first one was filled with. */
function databasesOf({ databases }: TestSystem): Record<string, string> {
  return Object.fromEntries(Object.entries(databases).map(([name, url]) => [`${name.toUpperCase()}_DATABASE_URL`, url]));
}

async function costOf(
  operation: CountedOperation,
  size: number,
  world: PreparedWorld,
  systems: { readonly uncached: TestSystem; readonly warm: TestSystem },
): Promise<Cost> {
  const count = async ({ url }: TestSystem): Promise<Counts> => {
    const headers = { 'x-mercato-count': '1', ...world.headersOf(operation.viewer, size) };
    const { data, errors, extensions } = await graph(operation.query, operation.variables(world, size), { url, headers });
    if (errors || !data) throw new Error(`${operation.name} failed: ${JSON.stringify(errors)}`);
    const { length } = operation.list(data as never);
    if (length !== size)
      throw new Error(`${operation.name} answered ${length} items instead of ${size}: ${JSON.stringify(data).slice(0, 300)}`);
    return extensions?.['counts'] as Counts;
  };
  const uncached = await count(systems.uncached);
  await count(systems.warm);
  return { uncached, warm: await count(systems.warm) };
}

/** What is wrong with an operation's costs at the different lengths. */
function judge(operation: CountedOperation, bySize: readonly Cost[]): string[] {
  const grows = new Set(bySize.map((cost) => JSON.stringify(cost))).size > 1;
  const found = grows
    ? [
        `${operation.name} grows with its list: ${bySize.map((cost) => `${pair(cost.uncached)} warm ${pair(cost.warm)}`).join(', ')}`,
      ]
    : [];
  const most = Math.max(...bySize.map((cost) => cost.uncached.statements));
  return most > operation.budget
    ? [...found, `${operation.name} costs ${most} statements, its budget is ${operation.budget}`]
    : found;
}

/** Against the committed snapshot, or into it. @returns how many operations differ */
async function compare(costs: Readonly<Record<string, Cost>>, context: ProofContext): Promise<number> {
  if (context.update) {
    await writeFile(SNAPSHOT, `${JSON.stringify(costs, null, 2)}\n`);
    context.say('the snapshot was written');
    return 0;
  }
  const expected = JSON.parse(await readFile(SNAPSHOT, 'utf8')) as Record<string, Cost>;
  let problems = 0;
  for (const name of new Set([...Object.keys(costs), ...Object.keys(expected)])) {
    const [found, wanted] = [costs[name], expected[name]];
    if (JSON.stringify(found) === JSON.stringify(wanted)) continue;
    const told = (cost?: Cost): string => (cost ? `${pair(cost.uncached)}, warm ${pair(cost.warm)}` : 'nothing');
    problems += complain(context, `${name}: ${told(found)}; the snapshot says ${told(wanted)} (--update takes it over)`);
  }
  return problems;
}

function complain(context: ProofContext, problem: string): number {
  context.say(`  WRONG: ${problem}`);
  return 1;
}

function pair({ subgraphCalls, statements }: Counts): string {
  return `${subgraphCalls} / ${statements}`;
}
