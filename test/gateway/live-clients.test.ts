import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as apollo from '@apollo/client';
import * as apolloRetry from '@apollo/client/link/retry';
import * as apolloSubscriptions from '@apollo/client/link/subscriptions';
import * as urql from '@urql/core';
import { buildSchema, parse, validate } from 'graphql';
import * as graphqlSse from 'graphql-sse';
import * as graphqlWs from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';
import * as rxjs from 'rxjs';
import { EventSource } from 'undici';
import { globalId } from '../../platform/federation';
import { CuttingProxy } from './support/cutting-proxy';
import { ISSUER, testGateway, type TestGateway } from './support/gateway';
import { Newsroom, newsSupergraph } from './support/newsroom';

/** What the page's code may import. */
const PACKAGES: Readonly<Record<string, unknown>> = {
  '@apollo/client': apollo,
  '@apollo/client/link/retry': apolloRetry,
  '@apollo/client/link/subscriptions': apolloSubscriptions,
  '@urql/core': urql,
  'graphql-sse': graphqlSse,
  'graphql-ws': graphqlWs,
  rxjs,
};

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/recipes/live-data.md'), 'utf8');
/** What the page subscribes to, told by the newsroom. */
const STATUS = `subscription ($order: String!) {
  orderStatusChanged: mail(topic: $order, snapshot: true) { position kind text author { name } } }`;

/** The page's code by its heading; of several under one heading, the transport is added. */
const blocks = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match): [string, string] => {
  const heading = [...page.slice(0, match.index).matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? '';
  const code = match[1] ?? '';
  return [code.includes('const renew') ? `${heading} (${code.includes('wss:') ? 'WebSocket' : 'HTTP'})` : heading, code];
});

interface Shown {
  readonly position: string;
  readonly kind: string;
}

interface Running {
  readonly stop: () => void;
  readonly renew: ((token: string) => unknown) | null;
}

/** Everything that its code needs is injected; its imports become those of this test. */
async function run(code: string, url: string, token: () => string, show: (shown: Shown) => void): Promise<Running> {
  const script = code
    .replace(
      /^import (\{[^}]*\}) from '([^']*)';$/gm,
      (_line, names: string, from: string) => `const ${names} = packages['${from}'];`,
    )
    .replaceAll('https://shop.example', url)
    .replaceAll('wss://shop.example', url.replace('http', 'ws'));
  const given = { packages: PACKAGES, STATUS, order: 'cats', token, show, EventSource };
  // oxlint-disable-next-line typescript/no-implied-eval -- what a page says is run as it stands there; it ends with the page
  const main = new Function(
    ...Object.keys(given),
    `${script}; return { stop, renew: typeof renew === 'undefined' ? null : renew };`,
  ) as (...values: unknown[]) => Running;
  return main(...Object.values(given));
}

describe('docs/recipes/live-data.md', () => {
  const shown = new Map<string, Shown[]>();
  const running = new Map<string, Running>();
  let gateway: TestGateway;
  let proxy: CuttingProxy;
  let room: Newsroom;
  let tokenFor: (seconds: number) => Promise<string>;

  const positionsOf = (name: string): number[] => (shown.get(name) ?? []).map(({ position }) => Number(position));
  const told = async (names: readonly string[], last: number): Promise<void> => {
    const deadlineMs = Date.now() + 25_000;
    while (names.some((name) => positionsOf(name).at(-1) !== last) && Date.now() < deadlineMs) await delay(20);
  };
  const start = async (code: string, name: string, token: () => string): Promise<void> => {
    const all: Shown[] = [];
    shown.set(name, all);
    running.set(name, await run(code, proxy.url, token, (each) => all.push(each)));
  };

  beforeAll(async () => {
    const keys = await generateKeyPair('EdDSA', { extractable: true });
    const keySet: JSONWebKeySet = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }] };
    tokenFor = (seconds) =>
      new SignJWT({ roles: ['CUSTOMER'], sid: 's1' })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
        .setSubject(globalId('User', 1))
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(keys.privateKey);
    room = new Newsroom();
    const open = (): Promise<TestGateway> =>
      testGateway({ supergraphSdl: newsSupergraph(), subgraphs: room.subgraphs(), keySource: async () => keySet });
    gateway = await open();
    proxy = await CuttingProxy.start(gateway.port);
    const token = await tokenFor(600);
    room.append('cats');
    const resuming = blocks.filter(([, code]) => !code.includes('const renew'));
    const names = resuming.map(([name]) => name);
    for (const [name, code] of resuming) await start(code, name, () => token);
    await told(names, 1);
    room.append('cats');
    await told(names, 2);
    proxy.cutAll();
    for (const text of ['while', 'all are', 'away']) room.append('cats', text);
    await told(names, 5);
    room.append('cats');
    await told(names, 6);
    // The old one sends everybody away; a new one has never heard of any of them.
    const old = gateway;
    gateway = await open();
    proxy.leadTo(gateway.port);
    await old.stop();
    room.append('cats');
    room.append('dogs');
    await told(names, 7);
    room.append('cats');
    await told(names, 9);
  }, 120_000);

  afterAll(async () => {
    for (const { stop } of running.values()) stop();
    await proxy.stop();
    await gateway.stop();
  });

  it.each(blocks.filter(([, code]) => !code.includes('const renew')))(
    '%s: nothing is lost, doubled or reordered by cut connections and a restart',
    (name) => {
      expect(positionsOf(name)).toEqual([1, 2, 3, 4, 5, 6, 7, 9]);
      expect(shown.get(name)?.map(({ kind }) => kind)).toEqual(['SNAPSHOT', ...Array<string>(7).fill('CHANGE')]);
    },
  );

  it.each(blocks.filter(([, code]) => code.includes('const renew')))(
    '%s: goes on beyond its first token',
    async (name, code) => {
      let token = await tokenFor(-2);
      await start(code, name, () => token);
      while (positionsOf(name).length === 0) await delay(10);
      token = 'none: whoever connects again is refused';
      await running.get(name)?.renew?.(await tokenFor(600));
      await delay(3_500);
      const { position } = room.append('cats');
      await told([name], position);
      expect(shown.get(name)?.map(({ kind }) => kind)).toEqual(['SNAPSHOT', 'CHANGE']);
    },
    15_000,
  );

  it('subscribes to what the shop has', () => {
    const [, operation = ''] = /```graphql\n([\s\S]*?)```/.exec(page) ?? [];
    const schema = buildSchema(readFileSync(join(root, 'schema/api.graphql'), 'utf8'));
    expect(validate(schema, parse(operation))).toEqual([]);
    expect(blocks.length).toBeGreaterThanOrEqual(9);
  });
});
