import { subscribe } from '../support/graph';
import type { Row, Verdict } from './matrix';
import { VIEWERS, type Json, type ViewerName } from './viewers';
import { askAs, type Account, type World } from './world';

export interface Finding {
  readonly field: string;
  readonly viewer: ViewerName;
  readonly expected: Verdict;
  readonly actual: Verdict;
}

interface Answer {
  readonly data: Json | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Json> }[];
}

/**
 * Asks as each viewer. A query is asked in both orders, those with the most rights first and then last, so that an
 * answer that a cache kept for one viewer would be caught in the hands of another.
 */
export async function runRow(world: World, row: Row): Promise<Finding[]> {
  const isQuery = !/^\s*(mutation|subscription)/.test(row.operation);
  const order = isQuery ? [...VIEWERS.toReversed(), ...VIEWERS] : VIEWERS;
  const shared = isQuery ? await row.variables?.(world, 'anonymous') : undefined;
  const findings: Finding[] = [];
  for (const viewer of order) {
    const variables = shared ?? (await row.variables?.(world, viewer)) ?? {};
    const account = row.isThrowaway ? await world.throwaway(viewer) : world.account(viewer);
    const actual = await verdictOf(world, row, account, variables);
    const expected = row.expected[viewer];
    if (actual !== expected) findings.push({ field: row.field, viewer, expected, actual });
  }
  return findings;
}

async function verdictOf(world: World, row: Row, account: Account | null, variables: Json): Promise<Verdict> {
  const answer = await send(world, row, account, variables);
  const [error] = answer.errors ?? [];
  if (error) return typeof error.extensions?.['code'] === 'string' ? error.extensions['code'] : error.message;
  const value = row.pick ? row.pick(answer.data as never, variables as never) : Object.values(answer.data ?? {})[0];
  return judge(value);
}

function judge(value: unknown): Verdict {
  if (value === null || value === undefined) return 'null';
  const [failure] = (value as { errors?: { __typename: string }[] }).errors ?? [];
  return failure?.__typename ?? 'allowed';
}

async function send(world: World, row: Row, account: Account | null, variables: Json): Promise<Answer> {
  if (!row.operation.trimStart().startsWith('subscription')) return askAs(world, account, row.operation, variables);
  const events = subscribe<Json>(row.operation, variables, { url: world.url, token: account?.token });
  try {
    return (await events.next()) as Answer;
  } catch (error) {
    // graphql-ws hands over the list of errors that refused the subscription.
    if (Array.isArray(error)) return { data: null, errors: error as NonNullable<Answer['errors']> };
    throw error;
  } finally {
    await events.close();
  }
}
