import { createHash } from 'node:crypto';
import { EMPTY_MANIFEST } from '../../gateway/documents/manifest';
import { testGateway, type TestGateway } from './support/gateway';
import { LiveSocket } from './support/live-socket';
import { LiveStreamClient, MULTIPART, SSE } from './support/live-stream';
import { Newsroom, newsSupergraph } from './support/newsroom';

const NEWS = 'subscription ($topic: String!) { news(topic: $topic) { position text author { name } } }';
const MAIL = NEWS.replace('news(', 'mail(');

interface Asked {
  readonly query: string;
  readonly variables?: object;
  readonly extensions?: object;
}

interface Outcome {
  readonly text: string;
  readonly codes: readonly unknown[];
}

/** What becomes of a subscription that is refused, over each transport. */
const TRANSPORTS: Record<string, (gateway: TestGateway, asked: Asked) => Promise<Outcome>> = {
  WebSocket: async (gateway, { query, variables, extensions }) => {
    const socket = await LiveSocket.open(gateway.url);
    socket.subscribe('1', query, variables, extensions);
    await socket.until(() => socket.told.some(({ type }) => type === 'error' || type === 'complete'));
    socket.close();
    const answers = socket.told.filter(({ type }) => type === 'error' || type === 'next');
    const errors = answers.flatMap(({ payload }) => errorsIn(payload));
    return { text: JSON.stringify(answers), codes: errors.map(({ extensions: told }) => told['code']) };
  },
  'server-sent events': (gateway, asked) => overHttp(gateway, asked, SSE),
  'multipart HTTP': (gateway, asked) => overHttp(gateway, asked, MULTIPART.split(', ')[0] ?? ''),
};

async function overHttp(gateway: TestGateway, asked: Asked, accept: string): Promise<Outcome> {
  const stream = await LiveStreamClient.open(gateway.url, asked, { accept });
  await stream.until(() => stream.ended !== null);
  return {
    text: stream.text,
    codes: stream.payloads().flatMap((payload) => errorsIn(payload).map((error) => error.extensions['code'])),
  };
}

function errorsIn(payload: unknown): readonly { readonly extensions: Record<string, unknown> }[] {
  const told = payload as { errors?: { extensions: Record<string, unknown> }[] } | { extensions: Record<string, unknown> }[];
  return Array.isArray(told) ? told : (told.errors ?? []);
}

describe.each(Object.keys(TRANSPORTS))('over %s', (name) => {
  let gateway: TestGateway;
  const ask = async (asked: Asked): Promise<Outcome> => {
    const transport = TRANSPORTS[name];
    if (!transport) throw new Error('no such transport');
    return transport(gateway, asked);
  };
  const open = async (change: Parameters<typeof testGateway>[0], sdl?: (sdl: string) => string): Promise<void> => {
    gateway = await testGateway({ supergraphSdl: newsSupergraph(sdl), subgraphs: new Newsroom().subgraphs(), ...change });
  };
  afterEach(() => gateway.stop());

  it('subscriptions need the login that the schema asks for', async () => {
    await open({}, (sdl) =>
      sdl
        .replace('"@composeDirective"]', '"@composeDirective", "@authenticated"]')
        .replace(/(mail\(.*\): News!)/, '$1 @authenticated'),
    );
    expect((await ask({ query: MAIL, variables: { topic: 'cats' } })).codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  it('subscriptions may not cost more than queries', async () => {
    await open({ limits: { cost: 1 } });
    expect((await ask({ query: NEWS, variables: { topic: 'cats' } })).codes).toEqual(['OPERATION_TOO_LARGE']);
  });

  it('documents are found by their hash, and only where they may be', async () => {
    await open({ limits: { cost: 1 } });
    const sha256Hash = createHash('sha256').update(NEWS).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    expect((await ask({ query: '', variables: { topic: 'cats' }, extensions })).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    await ask({ query: NEWS, variables: { topic: 'cats' }, extensions });
    expect((await ask({ query: '', variables: { topic: 'cats' }, extensions })).codes).toEqual(['OPERATION_TOO_LARGE']);
    await gateway.stop();
    const source = { open: async () => ({ manifest: EMPTY_MANIFEST, close: () => undefined }) };
    await open({ documents: { mode: 'safelist', source } });
    expect((await ask({ query: NEWS, variables: { topic: 'cats' } })).codes).toEqual(['QUERY_NOT_IN_SAFELIST']);
  });

  it('what breaks inside is told without its details', async () => {
    await open({});
    const { codes, text } = await ask({ query: NEWS, variables: { topic: 'broken' } });
    expect(codes).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(text).not.toContain('hunter2');
  });

  it('subscriptions are counted while they are open', async () => {
    await open({});
    await ask({ query: NEWS, variables: { topic: 'secret' } });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/^mercato_gateway_subscriptions 0$/m);
    expect(metrics).toMatch(/^mercato_gateway_subscriptions_begun_total\{how="fresh"\} 1$/m);
  });
});
