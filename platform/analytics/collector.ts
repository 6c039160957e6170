import { Agent } from 'undici';
import { batchOf, type AnalyticsEvent } from './cloud-events';

export interface AnalyticsCollector {
  /** Hands over a batch; answers the ids of events that the collector will never take. @throws when it is away: send again */
  send(events: readonly AnalyticsEvent[], signal?: AbortSignal): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
/** Away, overloaded, or asking for a log-in that an operator has to mend: none of it is about the events. */
const TEMPORARY: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 421, 423, 425, 429]);

/** A collector behind HTTP that takes `application/cloudevents-batch+json`. */
export function createCollector(url: string, timeoutMs = TIMEOUT_MS): AnalyticsCollector {
  const agent = new Agent({ connections: 2, connect: { timeout: timeoutMs } });
  const post = async (events: readonly AnalyticsEvent[], signal?: AbortSignal): Promise<number> => {
    const { origin, pathname, search } = new URL(url);
    const timeLimit = AbortSignal.timeout(timeoutMs);
    const { statusCode, body } = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
      body: batchOf(events),
      signal: signal ? AbortSignal.any([signal, timeLimit]) : timeLimit,
    });
    await body.dump();
    return statusCode;
  };
  const send = async (events: readonly AnalyticsEvent[], signal?: AbortSignal): Promise<ReadonlySet<string>> => {
    if (events.length === 0) return new Set();
    const status = await post(events, signal);
    if (status >= 200 && status < 300) return new Set();
    if (status < 400 || status >= 500 || TEMPORARY.has(status)) throw new Error(`the collector answered ${status}`);
    if (events.length === 1) return new Set(events.map(({ id }) => id));
    // Too large, or one of them is refused: halves find out which.
    const middle = Math.ceil(events.length / 2);
    const refused = await send(events.slice(0, middle), signal);
    return new Set([...refused, ...(await send(events.slice(middle), signal))]);
  };
  return { send, close: () => agent.destroy() };
}
