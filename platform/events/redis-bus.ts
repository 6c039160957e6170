import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from '../observability';
import { repeat } from '../process';
import type { BroadcastOptions, EventBus, Unsubscribe } from './bus';
import { topicOf, type DomainEvent } from './event';

const BLOCK_MS = 2_000;
/** Shorter for broadcasts, because each reply also shows that Redis still answers. */
const BROADCAST_BLOCK_MS = 300;
/** A Redis that hangs keeps its connections open: silence for this long counts as being away. */
const SILENCE_MS = 800;
const RETRY_MS = 500;
/** Some ten seconds; then the event comes again behind others. */
const TRIES_IN_TURN = 20;
const CLAIM_IDLE_MS = 30_000;
/** Long before others would claim what is handled. */
const ACKNOWLEDGE_MS = 1_000;
const KEEP_MS = 2 * 3_600_000;
/** Some 45 MB: all streams together fit into a small Redis even when a burst fills them. */
const KEPT_PER_STREAM = 100_000;
const READ_AT_ONCE = 500;

type Entry = [id: string, fields: string[]];
/** Redis 6.2 answers nil for an entry that was trimmed since, later ones an entry without fields. */
type ClaimedEntry = Entry | [id: string, fields: null] | null;
type StreamReply = [stream: string, entries: Entry[]][] | null;

/**
 * The bus over Redis Streams, one stream a topic. Each reader holds a connection of its own, because it blocks. Streams
 * hold `keepMs` (default: two hours), and of a burst the newest 100,000 events.
 */
export function createRedisBus(redis: Redis, logger: Logger, { keepMs = KEEP_MS }: { keepMs?: number } = {}): EventBus {
  const readers = new Set<Unsubscribe>();
  const connections = new Set<Redis>();
  const heardAtMs = new Map<symbol, number>();
  const startReader = (read: (connection: Redis, signal: AbortSignal) => Promise<void>): Unsubscribe => {
    const connection = redis.duplicate({ maxRetriesPerRequest: null, enableOfflineQueue: true, commandTimeout: undefined });
    connection.on('error', () => undefined);
    connections.add(connection);
    const reading = repeat('event stream', RETRY_MS, (signal) => read(connection, signal), logger);
    const stop = async (): Promise<void> => {
      readers.delete(stop);
      connections.delete(connection);
      const stopped = reading.stop();
      connection.disconnect();
      await stopped;
    };
    readers.add(stop);
    return stop;
  };
  return {
    publish: async (events) => {
      const pipeline = redis.pipeline();
      // A command of its own and first: a Redis whose memory is full refuses XADD, with the trimming in it, for ever.
      const oldest = Math.max(0, Date.now() - keepMs);
      for (const topic of new Set(events.map(({ type }) => topicOf(type)))) pipeline.xtrim(streamOf(topic), 'MINID', '~', oldest);
      for (const event of events) {
        pipeline.xadd(streamOf(topicOf(event.type)), 'MAXLEN', '~', KEPT_PER_STREAM, '*', 'event', JSON.stringify(event));
      }
      const replies = (await pipeline.exec()) ?? [];
      const failed = replies.find(([error]) => error);
      if (failed?.[0]) throw failed[0];
    },
    broadcast: (topics, handler, options = {}) => {
      const reader = Symbol(topics.join());
      heardAtMs.set(reader, -Infinity);
      const stop = startReader(broadcastReader(topics, handler, options, () => heardAtMs.set(reader, performance.now()), logger));
      return async () => {
        heardAtMs.delete(reader);
        await stop();
      };
    },
    consume: (group, topics, handler) => startReader(groupReader(group, topics, handler, logger)),
    isLive: () =>
      redis.status === 'ready' &&
      [...connections].every((connection) => connection.status === 'ready') &&
      [...heardAtMs.values()].every((atMs) => performance.now() - atMs < SILENCE_MS),
    knows: async (name) => (await redis.exists(noteOf(name))) === 1,
    note: async (name) => void (await redis.set(noteOf(name), '1')),
    close: async () => {
      await Promise.all([...readers].map((stop) => stop()));
    },
  };
}

function broadcastReader(
  topics: readonly string[],
  handler: (event: DomainEvent) => void,
  { sinceMs, onCaughtUp }: BroadcastOptions,
  onHeard: () => void,
  logger: Logger,
) {
  // Kept across reconnections, so that events written while Redis or the connection was away are still seen.
  const positions = new Map<string, string>();
  if (sinceMs) for (const topic of topics) positions.set(topic, `${Math.max(0, Date.now() - sinceMs)}-0`);
  let isCaughtUp = false;
  return async (connection: Redis, signal: AbortSignal): Promise<void> => {
    for (const topic of topics) {
      if (!positions.has(topic)) positions.set(topic, await lastIdOf(connection, streamOf(topic)));
    }
    while (!signal.aborted) {
      const streams = topics.map(streamOf);
      const after = topics.map((topic) => positions.get(topic) ?? '$');
      const reply = (await connection.xread(
        'COUNT',
        READ_AT_ONCE,
        'BLOCK',
        BROADCAST_BLOCK_MS,
        'STREAMS',
        ...streams,
        ...after,
      )) as StreamReply;
      onHeard();
      for (const [stream, entries] of reply ?? []) {
        for (const [id, fields] of entries) {
          positions.set(topicOfStream(stream), id);
          try {
            const event = readEvent(fields);
            if (event) handler(event);
          } catch (error) {
            logger.error({ err: error, stream, entry: id }, 'event listener failed');
          }
        }
      }
      if (!isCaughtUp && (reply ?? []).every(([, entries]) => entries.length < READ_AT_ONCE)) {
        isCaughtUp = true;
        onCaughtUp?.();
      }
    }
  };
}

function groupReader(group: string, topics: readonly string[], handler: (event: DomainEvent) => Promise<void>, logger: Logger) {
  const consumer = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  return async (connection: Redis, signal: AbortSignal): Promise<void> => {
    const streams = topics.map(streamOf);
    for (const stream of streams) {
      await connection.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: Error) => {
        if (!error.message.startsWith('BUSYGROUP')) throw error;
      });
    }
    while (!signal.aborted) {
      const claimed = await claimAbandoned(connection, streams, group, consumer);
      const left = claimed.map(([stream, entries]) => ({ stream, entries, tries: 1 }));
      const fresh = (await connection.xreadgroup(
        'GROUP',
        group,
        consumer,
        'COUNT',
        50,
        'BLOCK',
        BLOCK_MS,
        'STREAMS',
        ...streams,
        ...streams.map(() => '>'),
      )) as StreamReply;
      const arrived = (fresh ?? []).map(([stream, entries]) => ({ stream, entries, tries: TRIES_IN_TURN }));
      for (const { stream, entries, tries } of [...left, ...arrived]) {
        // Acknowledged together, since each of its own costs more than most handlers: who dies before, has them handled again.
        let handled: string[] = [];
        let sinceMs = performance.now();
        const acknowledge = async (): Promise<void> => {
          if (handled.length > 0) await connection.xack(stream, group, ...handled);
          handled = [];
          sinceMs = performance.now();
        };
        for (const [id, fields] of entries) {
          const event = readEvent(fields);
          if (!event) logger.error({ stream, group, entry: id }, 'what is no event was left out');
          // Left unacknowledged, it is claimed again when it has been idle for a while.
          else if (!(await isHandled(() => handler(event), tries, signal, logger))) continue;
          if (signal.aborted) break;
          handled.push(id);
          if (performance.now() - sinceMs > ACKNOWLEDGE_MS) await acknowledge();
        }
        await acknowledge();
        if (signal.aborted) return;
      }
    }
  };
}

/** Takes over what a consumer of the group took and did not finish: because it died, or because the handler kept failing. */
async function claimAbandoned(
  connection: Redis,
  streams: string[],
  group: string,
  consumer: string,
): Promise<[string, Entry[]][]> {
  const claimed: [string, Entry[]][] = [];
  for (const stream of streams) {
    const [, entries] = (await connection.xautoclaim(stream, group, consumer, CLAIM_IDLE_MS, '0', 'COUNT', 50)) as [
      string,
      ClaimedEntry[],
    ];
    const kept = entries.filter((entry): entry is Entry => Array.isArray(entry?.[1]));
    if (kept.length > 0) claimed.push([stream, kept]);
  }
  return claimed;
}

/** Tries for a while, so that a short failure of what the handler needs changes no order. */
async function isHandled(handle: () => Promise<void>, tries: number, signal: AbortSignal, logger: Logger): Promise<boolean> {
  for (let tried = 0; tried < tries && !signal.aborted; tried += 1) {
    try {
      await handle();
      return true;
    } catch (error) {
      logger.error({ err: error }, 'event handler failed, trying again');
      await delay(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  return false;
}

async function lastIdOf(connection: Redis, stream: string): Promise<string> {
  const [last] = await connection.xrevrange(stream, '+', '-', 'COUNT', 1);
  return last?.[0] ?? '0-0';
}

/** `null` for what is no event of ours: a stream is open to whoever reaches Redis. */
function readEvent(fields: readonly string[]): DomainEvent | null {
  try {
    const event = JSON.parse(fields[fields.indexOf('event') + 1] ?? '') as Partial<DomainEvent> | null;
    const isEvent = typeof event?.id === 'string' && typeof event.type === 'string' && typeof event.key === 'string';
    return isEvent ? (event as DomainEvent) : null;
  } catch {
    return null;
  }
}

function streamOf(topic: string): string {
  return `mercato:events:${topic}`;
}

function topicOfStream(stream: string): string {
  return stream.slice('mercato:events:'.length);
}

function noteOf(name: string): string {
  return `mercato:noted:${name}`;
}
