import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { PROJECT_ROOT } from '../../cli/project-root';
import { gapsOf, internalFieldsOf, rootFieldsOf } from '../authz/completeness';
import { answeredToPeople, answeredUnsigned, openSubgraphs, reachedThroughGateway } from '../authz/internal';
import type { Row } from '../authz/matrix';
import { VIEWERS } from '../authz/viewers';
import { allRows, rootRows } from '../authz/rows';
import { runRow } from '../authz/run-row';
import { stillLetIn } from '../authz/withdrawn';
import { World } from '../authz/world';
import { graphData } from '../support/graph';
import type { Proof, ProofContext } from './proof';

/** Who gets what: every root field and the fields that tell secrets, for every kind of viewer. */
export const proof: Proof = {
  name: 'authorisation',
  summary:
    'every root field for anonymous, customer, other customer, staff and admin; internal fields and unsigned requests are refused',
  run: async (context) => {
    const system = await context.startSystem();
    const world = await World.make({ url: system.url, userDatabaseUrl: system.databases.user ?? '' });
    // The gateway itself says what it serves, so that a field which is not in the committed schema counts as well.
    const schema = buildClientSchema(
      await graphData<IntrospectionQuery & Record<string, unknown>>(getIntrospectionQuery(), {}, { url: system.url }),
    );
    const gaps = gapsOf(schema, rootRows, allRows);
    for (const gap of gaps) context.say(`  WRONG: ${gap}`);
    const wrong = await runMatrix(context, world, allRows);
    const controlCaught = await control(context, world);
    const hidden = await proveHidden(context, world);
    const withdrawn = await stillLetIn(world);
    context.say(
      `rights taken away (roles, account, sessions, a repeated request of who was staff): ${withdrawn.length} still work`,
    );
    for (const problem of withdrawn) context.say(`  WRONG: ${problem}`);
    const figures = {
      rootFields: rootFieldsOf(schema).length,
      rows: allRows.length,
      verdicts: allRows.length * VIEWERS.length,
      gaps: gaps.length,
      wrong,
      hidden,
      withdrawn: withdrawn.length,
      controlCaught,
    };
    return { isProven: gaps.length + wrong + hidden + withdrawn.length === 0 && controlCaught, figures };
  },
};

async function runMatrix(context: ProofContext, world: World, rows: readonly Row[]): Promise<number> {
  let wrong = 0;
  context.say(`${'field'.padEnd(58)} ${VIEWERS.map((viewer) => viewer.padEnd(18)).join('')}`);
  for (const row of rows) {
    const findings = await runRow(world, row);
    wrong += findings.length;
    context.say(`${row.field.padEnd(58)} ${VIEWERS.map((viewer) => row.expected[viewer].padEnd(18)).join('')}`);
    for (const { viewer, expected, actual } of findings) context.say(`  WRONG: ${viewer} got ${actual} instead of ${expected}`);
  }
  return wrong;
}

/** A row that claims too little must be found out. */
async function control(context: ProofContext, world: World): Promise<boolean> {
  const row = allRows.find(({ field }) => field === 'Query.users');
  if (!row) return false;
  const findings = await runRow(world, { ...row, expected: { ...row.expected, other: 'allowed' } });
  context.say(`control: a row that lets any customer list users is ${findings.length > 0 ? 'found wrong' : 'NOT FOUND WRONG'}`);
  return findings.length > 0;
}

/** @returns how many ways lead to what clients must not reach */
async function proveHidden(context: ProofContext, world: World): Promise<number> {
  const fields = internalFieldsOf(await readFile(join(PROJECT_ROOT, 'schema', 'supergraph.graphql'), 'utf8'));
  const subgraphs = await openSubgraphs();
  try {
    const reached = await reachedThroughGateway(world, fields);
    const answered = await answeredToPeople(subgraphs, fields);
    const unsigned = await answeredUnsigned(subgraphs);
    context.say(
      `internal fields (${fields.map(({ name }) => name).join(', ')}): ${reached.length} reached through the gateway, ${answered.length} answered to people`,
    );
    context.say(`subgraphs past the gateway: ${unsigned.attempts} forged requests, ${unsigned.answered.length} answered`);
    const problems = [...reached, ...answered, ...unsigned.answered];
    for (const problem of problems) context.say(`  WRONG: ${problem}`);
    return problems.length + (fields.length === 0 ? 1 : 0);
  } finally {
    for (const subgraph of subgraphs) await subgraph.close();
  }
}
