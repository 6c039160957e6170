import { randomUUID } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { anonymous, service, signMessage, type Viewer } from '../../platform/auth';
import { freePort } from '../../cli/local';
import { readSettings } from '../../platform/config';
import { startSubgraphServer, type SubgraphClient, type SubgraphModule } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { createOrderSubgraph } from '../../subgraphs/order';
import { createProductSubgraph } from '../../subgraphs/product';
import { createUserSubgraph } from '../../subgraphs/user';
import { openSubgraph, viewerOf, type SubgraphUnderTest } from '../support/component';
import { anyOperation } from './any-operation';
import type { InternalField } from './completeness';
import { askAs, type World } from './world';

const SIGNING_KEY = 'the key that gateway and subgraphs share';
const ADMIN = viewerOf(1, ['CUSTOMER', 'STAFF', 'ADMIN']);

/** Asks the gateway for what clients must not reach. @returns what was answered after all */
export async function reachedThroughGateway(world: World, fields: readonly InternalField[]): Promise<string[]> {
  const operations = [
    ...fields.map(({ kind, name }) => `${kind} { ${name} }`),
    '{ _service { sdl } }',
    '{ _entities(representations: [{ __typename: "User", id: "x" }]) { __typename } }',
  ];
  const reached: string[] = [];
  for (const operation of operations) {
    for (const viewer of ['anonymous', 'admin'] as const) {
      const { data, errors } = await askAs(world, world.account(viewer), operation, {});
      const isUnknown = errors?.some(({ message }) => /Cannot query field/.test(message));
      if (!isUnknown || data) reached.push(`${operation} as ${viewer}: ${JSON.stringify(data ?? errors)}`);
    }
  }
  return reached;
}

/** The three subgraphs, each alone, to be asked past the gateway. */
export async function openSubgraphs(): Promise<SubgraphUnderTest<SubgraphModule>[]> {
  const nobody: SubgraphClient = {
    name: 'nobody',
    execute: () => Promise.reject(new Error('not asked here')),
    subscribe: () => {
      throw new Error('not asked here');
    },
  };
  return [
    await openSubgraph('user', createUserSubgraph),
    await openSubgraph('product', createProductSubgraph),
    await openSubgraph('order', createOrderSubgraph, { extra: { product: nobody, user: nobody } }),
  ];
}

/** Internal fields asked with a valid signature, but on behalf of a person. @returns those that did not say "not found" */
export async function answeredToPeople(
  subgraphs: readonly SubgraphUnderTest<SubgraphModule>[],
  fields: readonly InternalField[],
): Promise<string[]> {
  const answered: string[] = [];
  for (const field of fields) {
    const subgraph = subgraphs.find(({ module }) => module.name === field.subgraph);
    if (!subgraph) throw new Error(`there is no subgraph ${field.subgraph}`);
    const schema = buildSubgraphSchema([{ typeDefs: parse(subgraph.module.sdl) }]);
    const operation = anyOperation(schema, field);
    for (const [name, viewer] of [
      ['anonymous', anonymous],
      ['admin', ADMIN],
    ] as const) {
      const { errors } = await subgraph.execute(operation, {}, viewer);
      const code = errors?.[0]?.extensions?.['code'];
      if (code !== 'NOT_FOUND')
        answered.push(`${field.subgraph}.${field.name} as ${name}: ${JSON.stringify(errors ?? 'answered')}`);
    }
    // The control: to our own processes the same operation is more than "not found", so it was the viewer that was refused.
    const { errors } = await subgraph.execute(operation, {}, service);
    if (errors?.[0]?.message.startsWith('This field does not exist'))
      answered.push(`${field.subgraph}.${field.name} refuses our own processes too`);
  }
  return answered;
}

interface Attempt {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks subgraphs over HTTP as who is not their gateway would. @returns attempts that were not refused */
export async function answeredUnsigned(
  subgraphs: readonly SubgraphUnderTest<SubgraphModule>[],
): Promise<{ attempts: number; answered: string[] }> {
  const answered: string[] = [];
  let attempts = 0;
  for (const { module } of subgraphs) {
    const port = await freePort();
    const logger = createLogger({ ...readSettings({ NODE_ENV: 'test' }), logLevel: 'silent' }, 'authz');
    const options = {
      host: '127.0.0.1',
      port,
      signingKey: SIGNING_KEY,
      logger,
      checkReady: module.checkReady,
      metrics: async () => '',
    };
    const server = await startSubgraphServer(module.client, options);
    const url = `http://127.0.0.1:${port}/graphql`;
    const body = JSON.stringify({ query: '{ __typename }' });
    const signed = signedHeaders(module.name, body, service, SIGNING_KEY);
    const post = async (headers: Readonly<Record<string, string>>, text = body): Promise<number> =>
      (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text })).status;
    try {
      if ((await post(signed)) !== 200) answered.push(`${module.name}: a signed request was refused, so refusals prove nothing`);
      for (const { name, headers } of forgeries(module.name, body, signed)) {
        attempts += 1;
        const status = await post(headers);
        if (status !== 401) answered.push(`${module.name}: ${name} was answered ${status}`);
      }
    } finally {
      await server.stop();
    }
  }
  return { attempts, answered };
}

function forgeries(to: string, body: string, used: Readonly<Record<string, string>>): Attempt[] {
  const fresh = (): Record<string, string> => signedHeaders(to, body, anonymous, SIGNING_KEY);
  return [
    { name: 'no signature', headers: {} },
    { name: 'a viewer without a signature', headers: { 'x-mercato-viewer': encode(service) } },
    { name: 'a signature by another key', headers: signedHeaders(to, body, service, 'another key that is long enough, too') },
    { name: 'a signature for another subgraph', headers: signedHeaders(`not ${to}`, body, service, SIGNING_KEY) },
    { name: 'a signature over another body', headers: signedHeaders(to, '{}', service, SIGNING_KEY) },
    { name: 'another viewer under a signature', headers: { ...fresh(), 'x-mercato-viewer': encode(service) } },
    { name: 'another request id under a signature', headers: { ...fresh(), 'x-request-id': randomUUID() } },
    { name: 'a signature seen before', headers: used },
    { name: 'an old signature', headers: signedHeaders(to, body, service, SIGNING_KEY, Date.now() - 3_600_000) },
  ];
}

function signedHeaders(addressee: string, body: string, viewer: Viewer, key: string, nowMs = Date.now()): Record<string, string> {
  const trusted = { 'x-mercato-viewer': encode(viewer), 'x-request-id': randomUUID() };
  return { ...trusted, ...signMessage({ addressee, method: 'POST', path: '/graphql', body, trusted }, key, nowMs) };
}

function encode(viewer: Viewer): string {
  return Buffer.from(JSON.stringify(viewer)).toString('base64url');
}
