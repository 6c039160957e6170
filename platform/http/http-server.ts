import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/**
 * Routes by exact `METHOD path`, or `* path` for any method, or `METHOD folder/*` for whatever lies right in a folder; the
 * query string does not count.
 */
export type Routes = Readonly<Record<string, HttpHandler>>;

export interface RunningHttpServer {
  readonly server: Server;
  readonly port: number;
  /** Takes no new connection, lets running requests finish for up to `graceMs`, then cuts what is left. */
  stop(graceMs?: number): Promise<void>;
}

/** Who sends drop by drop holds a connection for so long at most. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** How often that is looked after. */
const CHECK_MS = 5_000;

/** @throws Error with `code` EADDRINUSE when the port is taken */
export async function startHttpServer(
  routes: Routes,
  options: { host: string; port: number; fallback?: HttpHandler },
): Promise<RunningHttpServer> {
  const server = createServer({ connectionsCheckingInterval: CHECK_MS }, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const handler =
      routes[`${request.method} ${path}`] ??
      routes[`* ${path}`] ??
      routes[`${request.method} ${path.slice(0, path.lastIndexOf('/'))}/*`] ??
      options.fallback ??
      answerNotFound;
    Promise.resolve()
      .then(() => handler(request, response))
      .catch(() => {
        if (!response.headersSent) sendJson(response, 500, { error: 'internal error' });
        else response.destroy();
      });
  });
  // Balancers keep connections for a minute: whoever is the last to close must be they.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { server, port: (server.address() as AddressInfo).port, stop: (graceMs = 10_000) => stopServer(server, graceMs) };
}

/** Reads a request's body as text. @throws BodyTooLarge beyond `maxBytes` */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  // By events: an async iterator over the body costs a request more than everything else that reads it.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isWhole = false;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else reject(new BodyTooLarge(maxBytes));
    });
    request.on('end', () => {
      isWhole = true;
      resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString('utf8'));
    });
    request.on('error', reject);
    request.on('close', () => {
      // Every request closes; an error that nobody hears of costs more than reading the body did.
      if (!isWhole) reject(new Error('the request ended before its body'));
    });
  });
}

export class BodyTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`the body is larger than ${maxBytes} bytes`);
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function answerNotFound(_request: IncomingMessage, response: ServerResponse): void {
  sendJson(response, 404, { error: 'not found' });
}

async function stopServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearTimeout(cut);
  clearInterval(sweep);
}
