import type { Logger } from '../observability';
import type { Stoppable } from './lifecycle';

/**
 * Does `round` again and again, `pauseMs` apart, until stopped; a round that fails is logged and the next one comes. A
 * round that lasts long gives up when its signal is aborted.
 */
export function repeat(
  name: string,
  pauseMs: number,
  round: (signal: AbortSignal) => Promise<unknown>,
  logger: Logger,
): Stoppable {
  const ended = new AbortController();
  const running = (async () => {
    while (!ended.signal.aborted) {
      await round(ended.signal).catch((error: unknown) => {
        if (!ended.signal.aborted) logger.warn({ err: error, work: name }, 'a round of background work failed');
      });
      await pause(pauseMs, ended.signal);
    }
  })();
  return {
    name,
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
