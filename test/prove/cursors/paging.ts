import type pg from 'pg';
import { graph } from '../../support/graph';
import type { PagedList } from './lists';

/** Pages through a list from one end to the other; the ids come in the order of the list. */
export type Walk = (between: () => Promise<void>) => Promise<string[]>;

export interface Page {
  readonly ids: readonly string[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

export interface Asker {
  readonly url: string;
  readonly token: string;
}

const INITIAL_MOVING = 20;
const EDITS_BETWEEN = 5;

export interface PageArguments {
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
}

/** One page through the graph. @throws PageRefused when it is refused */
export async function readPage(asker: Asker, field: string, sort: string, page: PageArguments): Promise<Page> {
  const list = field.replace('SORT', sort).replace('PAGE', 'first: $first, after: $after, last: $last, before: $before');
  const query = `query ($first: Int, $after: String, $last: Int, $before: String) {
    list: ${list} { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  type Data = { list: { nodes: { id: string }[]; pageInfo: Page['pageInfo'] } };
  const { data, errors } = await graph<Data>(query, { ...page }, asker);
  if (errors || !data)
    throw new PageRefused(String(errors?.[0]?.extensions?.['code']), String(errors?.[0]?.extensions?.['reason']));
  return { ids: data.list.nodes.map(({ id }) => id), pageInfo: data.list.pageInfo };
}

export class PageRefused extends Error {
  constructor(
    readonly code: string,
    readonly reason: string,
  ) {
    super(`${code} ${reason}`);
  }
}

export function forward(asker: Asker, list: PagedList, sort: string, first: number): Walk {
  return async (between) => {
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { ids: page, pageInfo }: Page = await readPage(asker, list.field, sort, { first, after });
      ids.push(...page);
      ({ hasNextPage: more, endCursor: after } = pageInfo);
      await between();
    }
    return ids;
  };
}

export function backward(asker: Asker, list: PagedList, sort: string, last: number): Walk {
  return async (between) => {
    const ids: string[] = [];
    for (let before: string | null = null, more = true; more;) {
      const { ids: page, pageInfo }: Page = await readPage(asker, list.field, sort, { last, before });
      ids.unshift(...page);
      ({ hasPreviousPage: more, startCursor: before } = pageInfo);
      await between();
    }
    return ids;
  };
}

/** What most shops do: the control, which must skip and repeat. */
export function byOffset(client: pg.Client, size: number): Walk {
  return async (between) => {
    const ids: string[] = [];
    for (let page: string[] = [], offset = 0; offset === 0 || page.length === size; offset += size) {
      const sql = `SELECT id::text FROM product WHERE status = 'ACTIVE' ORDER BY price, id LIMIT ${size} OFFSET ${offset}`;
      page = (await client.query<{ id: string }>(sql)).rows.map(({ id }) => id);
      ids.push(...page);
      await between();
    }
    return ids;
  };
}

export interface Walked {
  readonly still: number;
  readonly edits: number;
  readonly skipped: number;
  readonly repeated: number;
  readonly misplaced: number;
}

/**
 * Walks while rows of `list` come, change and go between the pages, and judges by the rows that nobody touched: each
 * must be met once, in the order of the list.
 */
export async function walkUnderEdits(list: PagedList, client: pg.Client, walks: { whole: Walk; paged: Walk }): Promise<Walked> {
  // Those that are there before the moving ones are made are never touched: they are what is judged.
  const still = await walks.whole(async () => undefined);
  const moving: number[] = [];
  for (let made = 0; made < INITIAL_MOVING; made += 1) moving.push(await list.insert(client));
  let edits = 0;
  const met = await walks.paged(async () => {
    for (let edit = 0; edit < EDITS_BETWEEN; edit += 1) await editOne(list, client, moving);
    edits += EDITS_BETWEEN;
  });
  for (const key of moving) await list.remove(client, key);
  return { still: still.length, edits, ...judge(still, met) };
}

async function editOne(list: PagedList, client: pg.Client, moving: number[]): Promise<void> {
  const at = Math.floor(Math.random() * moving.length);
  const key = moving[at];
  const dice = Math.random();
  if (key === undefined || dice < 0.3) moving.push(await list.insert(client));
  else if (dice < 0.75) await list.move(client, key);
  else {
    moving.splice(at, 1);
    await list.remove(client, key);
  }
}

function judge(still: readonly string[], met: readonly string[]): Pick<Walked, 'skipped' | 'repeated' | 'misplaced'> {
  const untouched = new Set(still);
  const seen = met.filter((id) => untouched.has(id));
  const once = [...new Set(seen)];
  const skipped = still.length - once.length;
  const present = new Set(once);
  const wanted = still.filter((id) => present.has(id));
  return { skipped, repeated: seen.length - once.length, misplaced: once.filter((id, at) => id !== wanted[at]).length };
}
