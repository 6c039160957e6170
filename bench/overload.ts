import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Benchmark } from './benchmark';
import { endingWithUs } from './gateway/processes';

/** An answer that comes later is of no use to anybody. */
const USEFUL_MS = 1_000;
const OVERLOADS = [1, 2, 5];
const QUERY = '{ plains: plain { plains(first: 100) { text value plain { text } } } }';
const WARM_UP = 200;
const CAPACITY_MS = 3_000;

/** What a gateway still does when more is asked than it can do, with and without shedding. */
export const benchmark: Benchmark = {
  name: 'overload',
  summary: 'useful answers a second (200 within a second) at 1x, 2x and 5x of what the gateway can do, shedding on and off',
  run: async ({ seconds, connections, say }) => {
    const rows: Record<string, string | number>[] = [];
    for (const shedding of ['on', 'off']) {
      const gateway = await open(shedding);
      const capacity = await capacityOf(gateway.url, connections);
      say(`shedding ${shedding}: ${Math.round(capacity)} requests a second when asked by ${connections} in turn`);
      for (const times of OVERLOADS) {
        const row = { shedding, overload: `${times}x`, ...(await offer(gateway.url, capacity * times, seconds)) };
        rows.push({ ...row, share: Math.round((row.useful / capacity) * 100) / 100 });
        say(`  ${times}x: ${row.useful} useful answers a second, p99 ${row.p99Ms} ms, ${row.refused} refused a second`);
        // What is still queued belongs to this measurement, not to the next.
        await delay(2_000);
      }
      gateway.close();
    }
    const figures = Object.fromEntries(rows.map(({ shedding, overload, share }) => [`${shedding}${overload}`, share ?? 0]));
    return { rows, figures };
  },
};

async function open(shedding: string): Promise<{ url: string; close(): void }> {
  const child = endingWithUs(fork(join(__dirname, 'overload', 'gateway-process.js'), [shedding]));
  const [url] = (await once(child, 'message')) as [string];
  return { url, close: () => child.kill() };
}

async function capacityOf(url: string, connections: number): Promise<number> {
  const agent = new Agent({ connections });
  for (let at = 0; at < WARM_UP; at += 1) await ask(url, agent);
  let answered = 0;
  const startedAtMs = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAtMs < CAPACITY_MS) {
      await ask(url, agent);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  await agent.close();
  return (answered * 1000) / (performance.now() - startedAtMs);
}

/** Asks at a steady rate whether or not answers come, as the world does. */
async function offer(url: string, perSecond: number, seconds: number) {
  const agent = new Agent({ connections: 2_000, headersTimeout: 20_000 });
  const usefulMs: number[] = [];
  let refused = 0;
  const running = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  for (let sent = 0; ;) {
    const elapsedMs = performance.now() - startedAtMs;
    if (elapsedMs >= seconds * 1000) break;
    for (const due = (elapsedMs / 1000) * perSecond; sent < due; sent += 1) {
      const atMs = performance.now();
      const one = ask(url, agent).then((status) => {
        const tookMs = performance.now() - atMs;
        if (status === 503) refused += 1;
        if (status === 200 && tookMs <= USEFUL_MS) usefulMs.push(tookMs);
      });
      running.add(one);
      void one.finally(() => running.delete(one));
    }
    await delay(2);
  }
  await Promise.all(running);
  await agent.close();
  const sorted = usefulMs.toSorted((a, b) => a - b);
  return {
    offered: Math.round(perSecond),
    useful: Math.round(usefulMs.length / seconds),
    refused: Math.round(refused / seconds),
    p99Ms: Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0),
  };
}

/** The status; 0 where there was no answer. */
async function ask(url: string, dispatcher: Agent): Promise<number> {
  try {
    const { statusCode, body } = await request(`${url}/graphql`, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: QUERY }),
    });
    await body.dump();
    return statusCode;
  } catch {
    return 0;
  }
}
