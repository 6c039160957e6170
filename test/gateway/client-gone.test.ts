import { connect } from 'node:net';
import type { SubgraphClient } from '../../platform/federation';
import { deferred } from './support/recording';
import { testGateway, type TestGateway } from './support/gateway';

/** Who is asked, and who was told that the answer is not wanted any more. */
const asked: string[] = [];
const left: string[] = [];
let seen = deferred();
let ended = deferred();
let gateway: TestGateway;

/** The reviews do not answer before they are told that nobody waits. */
function wrap(client: SubgraphClient): SubgraphClient {
  return {
    ...client,
    execute: async (request) => {
      asked.push(client.name);
      if (client.name !== 'reviews') return client.execute(request);
      seen.resolve();
      await new Promise<void>((resolve) => request.signal?.addEventListener('abort', () => resolve(), { once: true }));
      left.push(client.name);
      ended.resolve();
      return client.execute(request);
    },
  };
}

beforeEach(async () => {
  asked.length = 0;
  left.length = 0;
  [seen, ended] = [deferred(), deferred()];
  gateway = await testGateway({ wrap, planner: { threads: 0 } });
});

afterEach(() => gateway.stop());

describe('a client that goes away before its answer', () => {
  const query = '{ me { id reviews { body book { title } } } }';

  it('ends its query to the last subgraph, and begins no other call', async () => {
    const leaving = new AbortController();
    const answer = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    });
    await seen.promise;
    const before = [...asked];
    leaving.abort();
    await expect(answer).rejects.toThrow('aborted');
    await ended.promise;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(left).toEqual(['reviews']);
    expect(asked).toEqual(before);
  });

  it('may also vanish in the middle of its request', async () => {
    const body = JSON.stringify({ query });
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.write(body.slice(0, 10), () => socket.destroy());
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await gateway.query('{ books { title } }')).body.errors).toBeUndefined();
    expect(asked).toEqual(['books']);
  });
});
