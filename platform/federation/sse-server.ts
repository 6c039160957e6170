import type { ServerResponse } from 'node:http';
import type { SubgraphClient, SubgraphRequest } from './subgraph-request';

const PING_MS = 10_000;
/** What may wait for a reader; beyond it the stream is cut, and the reader opens it again after its last position. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Subscriptions by server-sent events, one for each response, for callers that open no sockets. */
export class EventStreamResponses {
  private readonly open = new Set<ServerResponse>();

  constructor(private readonly subgraph: SubgraphClient) {}

  /** A stream that fails is cut before it says that it is complete. */
  tell(operation: SubgraphRequest, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    this.open.add(response);
    const ping = setInterval(() => response.write(':\n\n'), PING_MS);
    const running = this.subgraph.subscribe(operation, {
      event: (event) => {
        response.write(`event: next\ndata: ${JSON.stringify(event)}\n\n`);
        if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
      },
      ended: () => void response.end('event: complete\ndata:\n\n'),
      failed: () => response.destroy(),
    });
    response.on('close', () => {
      this.open.delete(response);
      clearInterval(ping);
      running.end();
    });
  }

  stop(): void {
    for (const response of this.open) response.destroy();
  }
}
