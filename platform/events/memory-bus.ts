import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../observability';
import type { EventBus } from './bus';
import { topicOf, type DomainEvent } from './event';

const RETRY_MS = 500;
/** Some ten seconds; then the event comes again behind others. */
const TRIES_IN_TURN = 20;

interface Group {
  readonly topics: ReadonlySet<string>;
  readonly queue: DomainEvent[];
  readonly handler: (event: DomainEvent) => Promise<void>;
  readonly ended: AbortController;
  running: Promise<void> | null;
}

/**
 * The bus of a system that runs in one process. What a group has not handled when the process ends is delivered again
 * only if its outbox row was not yet marked as relayed; see `relay.ts`.
 */
export function createMemoryBus(logger: Logger): EventBus {
  const listeners = new Set<{ topics: ReadonlySet<string>; handler: (event: DomainEvent) => void }>();
  const groups = new Set<Group>();
  const noted = new Set<string>();
  const drain = async (group: Group): Promise<void> => {
    let tries = 0;
    for (let event = group.queue[0]; event && !group.ended.signal.aborted; event = group.queue[0]) {
      try {
        await group.handler(event);
        group.queue.shift();
        tries = 0;
      } catch (error) {
        tries += 1;
        if (tries >= TRIES_IN_TURN) {
          group.queue.push(...group.queue.splice(0, 1));
          tries = 0;
        }
        logger.error({ err: error, event: event.id, type: event.type }, 'event handler failed, trying again');
        await delay(RETRY_MS, undefined, { signal: group.ended.signal, ref: false }).catch(() => undefined);
      }
    }
    group.running = null;
  };
  return {
    publish: async (events) => {
      for (const event of events) {
        const topic = topicOf(event.type);
        for (const listener of listeners) if (listener.topics.has(topic)) listener.handler(event);
        for (const group of groups) if (group.topics.has(topic)) group.queue.push(event);
      }
      for (const group of groups) if (group.queue.length > 0) group.running ??= drain(group);
    },
    broadcast: (topics, handler, options) => {
      const listener = { topics: new Set(topics), handler };
      listeners.add(listener);
      options?.onCaughtUp?.();
      return async () => void listeners.delete(listener);
    },
    consume: (_name, topics, handler) => {
      const group: Group = { topics: new Set(topics), queue: [], handler, ended: new AbortController(), running: null };
      groups.add(group);
      return async () => {
        groups.delete(group);
        group.ended.abort();
        await group.running;
      };
    },
    isLive: () => true,
    knows: async (name) => noted.has(name),
    note: async (name) => void noted.add(name),
    close: async () => {
      listeners.clear();
      groups.clear();
    },
  };
}
