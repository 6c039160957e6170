import type { Viewer } from '../../platform/auth';
import { anonymous } from '../../platform/auth';
import { createHttpSubgraphClient, type SubgraphRequest, type SubgraphResponse } from '../../platform/federation';
import { startReceiver, type HttpReceiver } from '../support/http-receiver';

const viewer = (userId: number): Viewer => ({ ...anonymous, userId });
const KEY = 'a key of more than thirty-two characters';

let subgraph: HttpReceiver;
let client: ReturnType<typeof createHttpSubgraphClient>;

beforeEach(async () => {
  subgraph = await startReceiver();
  subgraph.answer = ({ body }) => ({ status: 200, body: JSON.stringify({ data: { asked: JSON.parse(body) as unknown } }) });
  client = createHttpSubgraphClient({ name: 'books', url: `${subgraph.url}/graphql`, signingKey: KEY, timeoutMs: 5_000 });
});

afterEach(async () => {
  await client.close();
  await subgraph.stop();
});

function ask(differences: Partial<SubgraphRequest> = {}): Promise<SubgraphResponse> {
  const shared = { viewer: anonymous, requestId: 'test', traceparent: null, forwarded: null };
  return client.execute({ ...shared, query: '{ title }', operationName: null, variables: {}, ...differences });
}

describe('calls in one turn of the event loop', () => {
  it('leave once when they ask the same for the same viewer; each gets an answer of its own', async () => {
    const [one, other] = await Promise.all([ask(), ask()]);
    expect(subgraph.requests).toHaveLength(1);
    expect(one).toEqual(other);
    (one.data ?? {})['asked'] = null;
    expect(other.data?.['asked']).toMatchObject({ query: '{ title }' });
  });

  it.each<[string, Partial<SubgraphRequest>]>([
    ['for somebody else', { viewer: viewer(7) }],
    ['with another header of the client', { forwarded: { authorization: 'Bearer other' } }],
    ['something else', { query: '{ name }' }],
    ['with other variables', { variables: { id: 2 } }],
  ])('leave apart when one asks %s', async (_case, differences) => {
    await Promise.all([ask(), ask(differences)]);
    expect(subgraph.requests).toHaveLength(2);
  });

  it('leave apart when they write', async () => {
    await Promise.all([ask({ query: 'mutation { buy }' }), ask({ query: 'mutation { buy }' })]);
    expect(subgraph.requests).toHaveLength(2);
  });

  it('are not joined by those of a later turn, whose client may know of a change', async () => {
    const first = ask();
    await new Promise((resolve) => setTimeout(resolve));
    await Promise.all([first, ask()]);
    expect(subgraph.requests).toHaveLength(2);
  });

  it('go on when one of their clients leaves', async () => {
    const leaving = new AbortController();
    const left = ask({ signal: leaving.signal });
    const stays = ask();
    leaving.abort();
    await expect(left).rejects.toThrow('the caller is gone');
    await expect(stays).resolves.toMatchObject({ data: {} });
    expect(subgraph.requests).toHaveLength(1);
  });

  it('are not joined when all of their clients have left', async () => {
    const leaving = new AbortController();
    const left = ask({ signal: leaving.signal });
    leaving.abort();
    await expect(left).rejects.toThrow('the caller is gone');
    await expect(ask()).resolves.toMatchObject({ data: {} });
  });
});
