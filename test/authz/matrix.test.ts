import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SubgraphModule } from '../../platform/federation';
import type { SubgraphUnderTest } from '../support/component';
import { sharedDatabase } from '../support/database';
import { sharedUrl } from '../support/graph';
import { internalFieldsOf } from './completeness';
import { answeredToPeople, answeredUnsigned, openSubgraphs, reachedThroughGateway } from './internal';
import { allRows } from './rows';
import { runRow } from './run-row';
import { World } from './world';

// The reads of the matrix; `npm run prove -- authorisation` runs all of it.
const readRows = allRows.filter((row) => !row.operation.startsWith('mutation'));
const internalFields = internalFieldsOf(readFileSync(join(__dirname, '..', '..', 'schema', 'supergraph.graphql'), 'utf8'));

let world: World;

beforeAll(async () => {
  world = await World.make({ url: sharedUrl(), userDatabaseUrl: sharedDatabase('user').url });
}, 60_000);

test.each(readRows.map((row) => [row.field, row] as const))('%s', async (_field, row) => {
  expect(await runRow(world, row)).toEqual([]);
});

test('a row that claims too much for a viewer is found wrong', async () => {
  const row = readRows.find(({ field }) => field === 'Query.users');
  if (!row) throw new Error('there is no row of users');
  const findings = await runRow(world, { ...row, expected: { ...row.expected, other: 'allowed' } });
  expect(findings).toContainEqual({ field: 'Query.users', viewer: 'other', expected: 'allowed', actual: 'FORBIDDEN' });
});

test('internal fields are not reachable through the gateway', async () => {
  expect(internalFields.length).toBeGreaterThan(0);
  expect(await reachedThroughGateway(world, internalFields)).toEqual([]);
});

describe('subgraphs reached past the gateway', () => {
  let subgraphs: SubgraphUnderTest<SubgraphModule>[];

  beforeAll(async () => {
    subgraphs = await openSubgraphs();
  }, 60_000);

  afterAll(async () => {
    for (const subgraph of subgraphs) await subgraph.close();
  });

  test('refuse what is not signed for them', async () => {
    expect((await answeredUnsigned(subgraphs)).answered).toEqual([]);
  });

  test('answer internal fields to our own processes alone', async () => {
    expect(await answeredToPeople(subgraphs, internalFields)).toEqual([]);
  });
});
