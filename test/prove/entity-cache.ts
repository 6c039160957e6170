import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import type { TaggedStore } from '../../platform/cache';
import { storeForEverybody, storeWithoutEnds, storeWithoutStamps } from '../gateway/support/faulty-stores';
import { freshRedisUrl } from '../support/redis';
import { sharingGateways } from './entity-cache/gateways';
import { Traffic, type Observed } from './entity-cache/traffic';
import type { Proof, ProofContext } from './proof';

const SECONDS = 20;
const FULL_SECONDS = 300;
const CONTROL_SECONDS = 4;
const USERS = 6;
/** How old an answer may be after the event of the change; what the machine makes everybody wait comes on top. */
const BOUND_MS = 100;

type Change = (store: TaggedStore, redis: Redis) => TaggedStore;

interface Found extends Observed {
  readonly stallMs: number;
}

/** Two gateways that share a Redis, many viewers and writers at once; subgraphs that now and then answer late what was true before. */
export const proof: Proof = {
  name: 'entity-cache',
  summary: `${SECONDS} s (--full ${FULL_SECONDS}) of viewers and writers at two gateways: no value ${BOUND_MS} ms after its event, none made for another viewer`,
  run: async (context) => {
    const whole = await observe(context, 'as shipped', (store) => store, context.full ? FULL_SECONDS : SECONDS);
    const unended = await observe(context, 'control, changes end nothing', storeWithoutEnds, CONTROL_SECONDS);
    const unstamped = await observe(context, 'control, no stamps', (_store, redis) => storeWithoutStamps(redis), CONTROL_SECONDS);
    const shared = await observe(context, 'control, viewers not told apart', storeForEverybody, CONTROL_SECONDS);
    const caught = isStale(unended) && isStale(unstamped) && shared.leaked > 0;
    for (const problem of whole.problems.slice(0, 10)) context.say(`  WRONG: ${problem}`);
    const { answers, changes, hits, staleMs, stallMs, leaked, problems } = whole;
    const isRight = !isStale(whole) && leaked === 0 && problems.length === 0;
    return {
      isProven: isRight && hits > answers / 5 && changes > 200 && caught,
      figures: {
        answers,
        changes,
        hits,
        failed: problems.length,
        staleWorstMs: staleMs,
        stallMs,
        leaked,
        controlsCaught: caught,
      },
    };
  },
};

function isStale({ staleMs, stallMs }: Found): boolean {
  return staleMs > BOUND_MS + stallMs;
}

async function observe({ say }: ProofContext, name: string, change: Change, seconds: number): Promise<Found> {
  const gateways = await sharingGateways(await freshRedisUrl(), USERS, change);
  const stalls = monitorEventLoopDelay({ resolution: 5 });
  stalls.enable();
  const observed = await new Traffic(gateways, Math.random).run(seconds);
  stalls.disable();
  await gateways.stop();
  const stallMs = Math.round(stalls.max / 1e6);
  const { answers, changes, hits, staleMs, leaked } = observed;
  say(
    `${name}: ${answers} answers, ${changes} changes, ${hits} hits, stale ${staleMs} ms (stall ${stallMs} ms), leaked ${leaked}`,
  );
  return { ...observed, stallMs };
}
