import { setTimeout as delay } from 'node:timers/promises';

/** Asks until `isDone`. @throws with the last answer when it is not in time */
export async function until<T>(ask: () => Promise<T>, isDone: (value: T) => boolean, timeoutMs = 20_000): Promise<T> {
  for (const deadlineMs = performance.now() + timeoutMs; ; await delay(50)) {
    const value = await ask();
    if (isDone(value)) return value;
    if (performance.now() > deadlineMs)
      throw new Error(`it did not come true in ${timeoutMs} ms; the last answer: ${JSON.stringify(value)}`);
  }
}
