import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { Redis } from 'ioredis';
import { MAIN_SCRIPT } from '../../cli/project-root';
import { freshRedisUrl } from '../support/redis';
import { until } from '../support/until';

/** `mercato gateway` over two subgraphs that are not ours. */
describe('the gateway alone', () => {
  let folder: string;
  let file: string;
  let people: Subgraph;
  let pets: Subgraph;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mercato-gateway-'));
    file = join(folder, 'supergraph.graphql');
    people = await subgraph(({ query }) =>
      query.includes('broken')
        ? { errors: [{ message: 'no', extensions: { code: 'ODD' } }] }
        : { data: { me: { __typename: 'Person', id: '1', name: 'Ada' } } },
    );
    pets = await subgraph(({ variables }) => ({
      data: { _entities: (variables['representations'] as unknown[]).map(() => ({ pet: 'Cat' })) },
    }));
  });
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
  });
  afterAll(async () => {
    people.server.close();
    pets.server.close();
    await rm(folder, { recursive: true });
  });

  const supergraph = (more = '', petsUrl = pets.url, { kept, hint } = { kept: '', hint: '' }): string => {
    const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@composeDirective"]) ${kept}`;
    const { supergraphSdl } = composeServices([
      {
        name: 'people',
        url: people.url,
        typeDefs: parse(
          `${link} type Query { me: Person broken: Int ${more} } type Person @key(fields: "id") { id: ID! name: String! }`,
        ),
      },
      { name: 'pets', url: petsUrl, typeDefs: parse(`${link} type Person @key(fields: "id") { id: ID! pet: String ${hint} }`) },
    ]);
    return supergraphSdl ?? '';
  };

  async function start(...given: string[]): Promise<{ url: string; output: () => string }> {
    const child = spawn(process.execPath, [MAIN_SCRIPT, 'gateway', '--supergraph', file, '--port', '0', ...given]);
    running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const found = await until(
      async () => /GraphQL endpoint {2}(\S+)/.exec(output)?.[1] ?? null,
      (url) => url !== null || child.exitCode !== null,
      60_000,
    );
    return { url: found ?? '', output: () => output };
  }

  const ask = async (url: string, query: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return (await answer.json()) as { data: unknown; errors?: { message: string; extensions: Record<string, unknown> }[] };
  };

  it('answers over subgraphs that want no signature, and passes on the headers that it was told to', async () => {
    await writeFile(file, supergraph());
    const { url } = await start('--forward-header', 'X-Tenant');
    const { data } = await ask(url, '{ me { name pet } }', { authorization: 'Bearer 7', 'x-tenant': 'blue', 'x-other': '1' });
    expect(data).toEqual({ me: { name: 'Ada', pet: 'Cat' } });
    for (const { headers } of [...people.asked, ...pets.asked]) {
      expect(headers).toMatchObject({ authorization: 'Bearer 7', 'x-tenant': 'blue' });
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-other']));
      expect(headers['signature']).toBeUndefined();
    }
    expect((await ask(url, '{ broken }')).errors).toMatchObject([{ message: 'no', extensions: { code: 'ODD' } }]);
  }, 90_000);

  it('swaps to a supergraph that changed, and keeps the old one when the new is broken', async () => {
    await writeFile(file, supergraph());
    const { url, output } = await start();
    expect((await ask(url, '{ newcomer }')).errors).toHaveLength(1);
    await writeFile(file, 'type Query { broken');
    await until(
      async () => output(),
      (text) => text.includes('the old one serves'),
    );
    expect((await ask(url, '{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });
    await writeFile(file, supergraph('newcomer: Int'));
    await until(
      () => ask(url, '{ __type(name: "Query") { fields { name } } }'),
      ({ data }) => JSON.stringify(data).includes('newcomer'),
    );
  }, 90_000);

  it('takes where a subgraph is from the command line', async () => {
    await writeFile(file, supergraph('', 'http://127.0.0.1:1/nowhere'));
    const { url } = await start('--subgraph', `pets=${pets.url}`);
    expect((await ask(url, '{ me { pet } }')).data).toEqual({ me: { pet: 'Cat' } });
  }, 90_000);

  it('keeps in Redis what the schema lets it keep, until it is told of a change', async () => {
    const kept = `@composeDirective(name: "@cacheControl") @link(url: "https://example.org/cache/v1.0", import: ["@cacheControl"])
      directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION`;
    await writeFile(file, supergraph('', pets.url, { kept, hint: '@cacheControl(maxAge: 3600, scope: "PUBLIC")' }));
    const redisUrl = await freshRedisUrl();
    const { url } = await start('--cache', redisUrl, '--cache-topic', 'pets');
    const callsOf = async (caller: string) => {
      const before = pets.asked.length;
      expect((await ask(url, '{ me { pet } }', { authorization: caller })).data).toEqual({ me: { pet: 'Cat' } });
      return pets.asked.length - before;
    };
    const isKept = (calls: number) => calls === 0;
    await until(() => callsOf('one'), isKept);
    await until(() => callsOf('another'), isKept);
    const redis = new Redis(redisUrl);
    const told = { id: '1', type: 'pets.changed', key: 'k', touches: [{ type: 'Person', id: '1' }] };
    await redis.xadd('mercato:events:pets', '*', 'event', JSON.stringify(told));
    await until(
      () => callsOf('one'),
      (calls) => calls === 1,
    );
    redis.disconnect();
  }, 90_000);

  it.each([
    ['a file that is not there', ['--supergraph', '/nowhere.graphql'], 'there is no such file'],
    ['what is no supergraph', ['--supergraph', join(__dirname, '../../package.json')], 'is of no use'],
    ['keys without an issuer', ['--jwks', 'http://127.0.0.1:1/keys'], '--jwks and --issuer go together'],
    ['a header that it writes itself', ['--forward-header', 'content-length'], 'the gateway writes that header itself'],
    ['a topic without a cache', ['--cache-topic', 'pets'], '--cache-topic goes with --cache'],
    ['a subgraph that is none', ['--subgraph', 'cats=http://127.0.0.1:1'], 'the supergraph has no cats'],
  ])(
    'says in a line what is wrong with %s',
    async (_name, given, problem) => {
      await writeFile(file, supergraph());
      const { url, output } = await start(...given);
      await until(
        async () => output(),
        (text) => text.includes(problem),
      );
      expect(url).toBe('');
      expect(output()).not.toContain('    at ');
    },
    90_000,
  );
});

interface Asked {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly headers: IncomingHttpHeaders;
}

interface Subgraph {
  readonly url: string;
  readonly asked: Asked[];
  readonly server: Server;
}

async function subgraph(answer: (asked: Asked) => object): Promise<Subgraph> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { ...(JSON.parse(Buffer.concat(chunks).toString()) as Omit<Asked, 'headers'>), headers: request.headers };
      asked.push(one);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(one)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, asked, server };
}
