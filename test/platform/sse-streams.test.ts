import { anonymous } from '../../platform/auth';
import { AppError } from '../../platform/errors';
import { createSubgraphExecutor, startSubgraphServer, type SubgraphRequest } from '../../platform/federation';
import { SseStreams } from '../../platform/federation/sse-client';
import { SubgraphMessages } from '../../platform/federation/subgraph-messages';
import type { RunningHttpServer } from '../../platform/http';
import { createLogger } from '../../platform/observability';
import { EventLog } from '../support/event-log';
import { Ticker, whenTrue } from './support/ticker';

const KEY = 'a key of more than thirty-two characters';
const logger = createLogger({ logLevel: 'silent' }, 'test');

let ticker: Ticker;
let server: RunningHttpServer;
let streams: SseStreams;

beforeEach(async () => {
  ticker = new Ticker();
  const noMetrics = { checkReady: async () => undefined, metrics: async () => '' };
  const options = { host: '127.0.0.1', port: 0, signingKey: KEY, logger, ...noMetrics };
  server = await startSubgraphServer(createSubgraphExecutor(ticker.schema, logger), options);
  const url = new URL(`http://127.0.0.1:${server.port}/graphql`);
  streams = new SseStreams('ticker', url, new SubgraphMessages('ticker', url, KEY));
});

afterEach(async () => {
  await streams.close();
  await server.stop(50);
});

async function subscribe(more: Partial<SubgraphRequest> = {}) {
  const log = new EventLog();
  const request = { query: 'subscription { ticks { at note } }', viewer: anonymous, requestId: 'r', ...more };
  const running = streams.subscribe(request, log);
  await whenTrue(() => ticker.sources.length > 0 || log.waiting > 0);
  return { log, running };
}

describe('a subscription by server-sent events', () => {
  it('is told its events in order, with positions and markers, after the one that it names, until it is complete', async () => {
    const { log } = await subscribe({ after: '3' });
    expect(ticker.last.args).toMatchObject({ after: '3' });
    ticker.last.push({ done: false, value: { position: '4' } });
    ticker.last.tick(5, 5, { note: 'line\n\nevent: complete' });
    ticker.last.push({ done: true, value: undefined });
    expect(await log.next()).toEqual({ extensions: { position: '4' } });
    expect(await log.next()).toMatchObject({ data: { ticks: { at: 5, note: 'line\n\nevent: complete' } } });
    expect(await log.take()).toEqual({ end: 'ended' });
  });

  it('is ended at its source', async () => {
    const { log, running } = await subscribe();
    running.end();
    await whenTrue(() => ticker.last.isLeft);
    expect(log.waiting).toBe(0);
  });

  it('fails where its source does, and where the server stops', async () => {
    const first = await subscribe();
    ticker.last.push({ error: new AppError('UPSTREAM_UNAVAILABLE', 'away') });
    expect(await first.log.take()).toMatchObject({ end: 'failed', error: { code: 'UPSTREAM_UNAVAILABLE' } });
    const second = await subscribe();
    await whenTrue(() => ticker.watched === 1);
    await server.stop(50);
    expect(await second.log.take()).toMatchObject({ end: 'failed', error: { code: 'UPSTREAM_UNAVAILABLE' } });
    expect(ticker.watched).toBe(0);
  });
});
