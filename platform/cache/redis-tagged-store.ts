import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../observability';
import { DeadlineQueue } from '../process';
import { EndedTags, EVERYTHING } from './ended-tags';
import { Rest } from './rest';
import type { TaggedKey, TaggedRead, TaggedStore, TaggedValue } from './tagged-store';

const TAG_SECONDS = 6 * 3_600;
/** Lua cannot hand over many more at once. */
const MAX_KEYS = 4_000;

/** Answers values and tokens; a tag without a token gets one. KEYS: values, then tags; ARGV: count of values, new token, its seconds. */
const READ = `
local out = redis.call('MGET', unpack(KEYS))
for i = tonumber(ARGV[1]) + 1, #KEYS do
  if not out[i] then
    redis.call('SET', KEYS[i], ARGV[2], 'EX', ARGV[3])
    out[i] = ARGV[2]
  end
end
return out`;

type Scripted = Redis & {
  mercatoReadTagged(count: number, ...rest: (string | number)[]): Promise<(string | null)[]>;
};

export interface TaggedStoreOptions {
  /** How long a read may take; later its values count as missing, and Redis is left alone for a second. */
  readonly patienceMs?: number;
  /** For how long after a change its source may still answer the old value. */
  readonly settlingMs?: number;
}

/** Tagged values in Redis, as text: the stamp, when it is too old, the value. */
export function createRedisTaggedStore(redis: Redis, logger: Logger, options: TaggedStoreOptions = {}): TaggedStore {
  const { patienceMs = 25, settlingMs = 100 } = options;
  redis.defineCommand('mercatoReadTagged', { lua: READ });
  return new RedisTaggedStore(redis as Scripted, logger, new DeadlineQueue(patienceMs), settlingMs);
}

class RedisTaggedStore implements TaggedStore {
  private readonly rest = new Rest();
  private readonly ended: EndedTags;
  private readonly process = randomUUID().slice(0, 13);
  private reads = 0;

  constructor(
    private readonly redis: Scripted,
    private readonly logger: Logger,
    private readonly deadlines: DeadlineQueue,
    settlingMs: number,
  ) {
    this.ended = new EndedTags(redis, logger, settlingMs, tagKey);
  }

  async read(asked: readonly TaggedKey[]): Promise<readonly TaggedRead[] | null> {
    if (this.redis.status !== 'ready' || asked.every(({ tags }) => this.ended.has(tags))) return null;
    const tags = [...new Set([EVERYTHING, ...asked.flatMap((each) => each.tags)])];
    if (asked.length + tags.length > MAX_KEYS || !this.rest.mayTry()) return null;
    const found = await this.ask([...asked.map(({ key }) => key), ...tags.map(tagKey)], asked.length);
    if (!found) return null;
    const tokens = new Map(tags.map((tag, at) => [tag, found[asked.length + at] ?? '']));
    return asked.map((each, at) => this.judge(each, found[at] ?? null, tokens));
  }

  write(values: readonly TaggedValue[]): void {
    const kept = values.filter(({ tags, lifeMs }) => lifeMs >= 1 && !this.ended.has(tags));
    if (kept.length === 0 || this.redis.status !== 'ready' || this.rest.isResting()) return;
    const commands = kept.map(({ key, stamp, text, lifeMs }) => {
      const life = Math.floor(lifeMs);
      return ['set', key, `${stamp}\n${Date.now() + life}\n${text}`, 'PX', life];
    });
    this.redis
      .pipeline(commands)
      .exec()
      .catch((error: unknown) => this.logger.debug({ err: error }, 'values were not cached'));
  }

  end(tags: readonly string[]): void {
    if (tags.length > 0) this.ended.end(tags);
  }

  endAll(): void {
    this.ended.end([EVERYTHING]);
  }

  async close(): Promise<void> {
    this.ended.stop();
  }

  /** What ended while it was read is missing as well, and may not be written. */
  private judge({ tags }: TaggedKey, text: string | null, tokens: ReadonlyMap<string, string>): TaggedRead {
    if (this.ended.has(tags)) return { hit: false, stamp: null };
    let stamp = tokens.get(EVERYTHING) ?? '';
    for (const tag of tags) stamp += `,${tokens.get(tag)}`;
    if (text?.startsWith(`${stamp}\n`)) {
      const end = text.indexOf('\n', stamp.length + 1);
      const freshForMs = Number(text.slice(stamp.length + 1, end)) - Date.now();
      if (freshForMs > 0) return { hit: true, text: text.slice(end + 1), freshForMs };
    }
    return { hit: false, stamp };
  }

  /** `null` when Redis fails, or takes too long. */
  private ask(keys: readonly string[], values: number): Promise<(string | null)[] | null> {
    return new Promise((resolve) => {
      let isTold = false;
      const give = (found: (string | null)[] | null, error?: unknown): void => {
        if (isTold) return;
        isTold = true;
        this.deadlines.remove(waiting);
        if (found) this.rest.end();
        else {
          this.rest.begin();
          this.logger.debug({ err: error }, 'cached values were not read in time');
        }
        resolve(found);
      };
      // What arrived while this process was busy is in time: it is read before it counts as late.
      const waiting = this.deadlines.add({ late: () => void setImmediate(() => give(null)) });
      const token = `${this.process}${(this.reads += 1).toString(36)}`;
      this.redis.mercatoReadTagged(keys.length, ...keys, values, token, TAG_SECONDS).then(
        (found) => give(found),
        (error: unknown) => give(null, error),
      );
    });
  }
}

function tagKey(tag: string): string {
  return `mercato:tag:${tag}`;
}
