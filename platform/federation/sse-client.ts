import { Pool, type Dispatcher } from 'undici';
import { bodyOf, type SubgraphMessages } from './subgraph-messages';
import type { EventReceiver, RunningSubscription, SubgraphRequest, SubgraphResponse } from './subgraph-request';
import { unavailable } from './unavailable';

/** Each holds a connection for as long as somebody listens, so they share none with calls. */
const MAX_STREAMS = 5_000;
const OPEN_MS = 10_000;
/** Streams ping every ten seconds or so: silence of half a minute means that the other side is gone. */
const STREAM_SILENCE_MS = 30_000;
const NEXT = 'event: next\ndata: ';

/** Subscriptions at a subgraph that is not ours, by server-sent events, each a request of its own. */
export class SseStreams {
  private readonly pool: Pool;
  private open = 0;

  constructor(
    private readonly name: string,
    url: URL,
    private readonly messages: SubgraphMessages,
  ) {
    this.pool = new Pool(url.origin, { connections: MAX_STREAMS, keepAliveTimeout: 30_000, connect: { timeout: 2_000 } });
  }

  subscribe(request: SubgraphRequest, receiver: EventReceiver): RunningSubscription {
    const left = new AbortController();
    void this.tell(request, left.signal, receiver);
    return { end: () => left.abort() };
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async tell(request: SubgraphRequest, left: AbortSignal, receiver: EventReceiver): Promise<void> {
    this.open += 1;
    try {
      if (this.open > MAX_STREAMS) throw new Error(`${MAX_STREAMS} streams are open already`);
      const { path } = this.messages;
      const body = bodyOf(request);
      const headers = this.messages.headers(request, body, 'text/event-stream');
      const times = { headersTimeout: OPEN_MS, bodyTimeout: STREAM_SILENCE_MS };
      const stream = await this.pool.request({ method: 'POST', path, headers, body, signal: left, ...times });
      if (!left.aborted && stream.statusCode === 200) receiver.opened?.();
      for await (const event of eventsOf(stream)) if (!left.aborted) receiver.event(event);
      if (!left.aborted) receiver.ended();
    } catch (error) {
      if (!left.aborted) receiver.failed(unavailable(this.name, error));
    } finally {
      this.open -= 1;
    }
  }
}

/** The events of a stream until it says that it is complete. @throws when it is cut before */
async function* eventsOf({ statusCode, body }: Dispatcher.ResponseData): AsyncIterable<SubgraphResponse> {
  try {
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    for await (const block of blocksOf(body)) {
      if (block.startsWith(NEXT)) yield JSON.parse(block.slice(NEXT.length)) as SubgraphResponse;
      else if (block.startsWith('event: complete')) return;
    }
    throw new Error('stream cut');
  } finally {
    body.destroy();
  }
}

/** Server-sent events as text. */
async function* blocksOf(body: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let buffered = '';
  for await (const chunk of body) {
    buffered += decoder.decode(chunk, { stream: true });
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      yield buffered.slice(0, end);
      buffered = buffered.slice(end + 2);
    }
  }
}
