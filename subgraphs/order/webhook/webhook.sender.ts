import { isIP } from 'node:net';
import { Agent } from 'undici';
import { isPublicAddress, lookupPublic } from '../../../platform/http';

/** What came of one attempt. */
export interface Attempt {
  readonly isDelivered: boolean;
  readonly responseStatus: number | null;
  /** The first kilobyte. */
  readonly responseBody: string | null;
  readonly durationMs: number;
  /** Why there is no answer, in words; `null` when there is one. */
  readonly error: string | null;
}

export interface WebhookSender {
  /** Never throws: a receiver's trouble is an outcome. */
  send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Attempt>;
  close(): Promise<void>;
}

const KEPT_BYTES = 1_024;
const USER_AGENT = 'Mercato-Webhooks/1.0';

/**
 * Posts to addresses that staff chose. Redirects are answers like any other and not followed. Guarded, it connects to
 * public addresses alone, judged when the name is resolved for the connection.
 */
export function createWebhookSender(options: { readonly isGuarded: boolean; readonly timeoutMs: number }): WebhookSender {
  const { isGuarded, timeoutMs } = options;
  const agent = new Agent({
    // Fresh connections: one that was kept would outlive the judgement of where it leads.
    pipelining: 0,
    connect: { timeout: timeoutMs, ...(isGuarded ? { lookup: lookupPublic } : {}) },
  });
  return {
    send: async (url, headers, body) => {
      const startedMs = performance.now();
      const sinceStart = (): number => Math.round(performance.now() - startedMs);
      try {
        const { origin, pathname, search, hostname } = new URL(url);
        const bare = hostname.replace(/^\[|\]$/g, '');
        if (isGuarded && isIP(bare) !== 0 && !isPublicAddress(bare)) throw new Error(`${hostname} is no public address`);
        const response = await agent.request({
          origin,
          path: `${pathname}${search}`,
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'user-agent': USER_AGENT },
          body,
          signal: AbortSignal.timeout(timeoutMs),
        });
        const responseBody = await beginningOf(response.body);
        const isDelivered = response.statusCode >= 200 && response.statusCode < 300;
        return { isDelivered, responseStatus: response.statusCode, responseBody, durationMs: sinceStart(), error: null };
      } catch (error) {
        const reason = reasonOf(error, timeoutMs);
        return { isDelivered: false, responseStatus: null, responseBody: null, durationMs: sinceStart(), error: reason };
      }
    },
    close: () => agent.destroy(),
  };
}

/** Reads no more than is kept: a receiver may answer without end. */
async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= KEPT_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString('utf8').replaceAll('\0', '');
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'the call failed';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} seconds`;
  const { code } = error as NodeJS.ErrnoException;
  return (error.message || code || 'the call failed').slice(0, 300);
}
