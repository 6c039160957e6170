import { LRUCache } from 'lru-cache';
import type { DomainEvent, EventBus, Unsubscribe } from '../../platform/events';
import type { Json } from '../executor/merge';
import type { PreparedOperation } from '../operations/operation';
import type { CachePolicy } from './policy';

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ENTRY_BYTES = 2 * 1024 * 1024;

/**
 * For so long after a change nothing that contains the changed type is kept: a subgraph may end its own cached record a
 * moment after its event has reached us, and would have answered from it.
 */
const SETTLING_MS = 100;

/** How often it is looked whether changes are still heard, also while nobody asks. */
const WATCH_MS = 100;

/** An answer's data, serialised, that everybody may be given. */
export interface CachedData {
  /** UTF-8 of the JSON text of `data`. */
  readonly json: Buffer;
  readonly storedAtMs: number;
}

interface Entry extends CachedData {
  readonly startedAtMs: number;
  readonly types: readonly string[];
}

/** Data that was computed, and how long what it was made of stays fresh. */
export interface ComputedData {
  readonly json: Buffer;
  readonly freshForMs: number;
}

interface Flight {
  readonly startedAtMs: number;
  readonly types: readonly string[];
  readonly work: Promise<ComputedData | null>;
}

/**
 * Answers to public queries, kept in this process until they are too old or one of their types was touched. What was
 * computed while such a change came in is answered, and not kept. Equal queries that are missing share one execution.
 */
export class ResponseCache {
  private readonly entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: (entry, key) => entry.json.length + key.length + 200,
  });
  private readonly flights = new Map<string, Flight>();
  private readonly touchedAtMs = new Map<string, number>();
  private isHearing: () => boolean = () => true;
  private deafAtMs = -Infinity;

  /** Changes are heard from every process's events. While they are not, every answer is computed anew. */
  listen(bus: EventBus, topics: readonly string[]): Unsubscribe {
    const unsubscribe = bus.broadcast(topics, (event) => this.take(event));
    this.isHearing = () => bus.isLive();
    const watch = setInterval(() => this.lastDeafAtMs(), WATCH_MS).unref();
    return async () => {
      clearInterval(watch);
      await unsubscribe();
    };
  }

  find(key: string): CachedData | null {
    const entry = this.entries.get(key);
    if (!entry) return null;
    if (Math.max(this.lastTouchOf(entry.types), this.lastDeafAtMs()) < entry.startedAtMs - SETTLING_MS) return entry;
    this.entries.delete(key);
    return null;
  }

  /**
   * Executes what is missing, or waits for an equal execution that began after the last change.
   *
   * @param execute answers the JSON text of `data`, or `null` for an answer that only its own client may have (errors)
   * @returns `null` for such an answer, and also for who waited for one: each then executes for itself
   */
  async fill(key: string, policy: CachePolicy, execute: () => Promise<ComputedData | null>): Promise<Buffer | null> {
    const flying = this.flights.get(key);
    if (flying && this.mayJoin(flying)) return (await flying.work)?.json ?? null;
    const startedAtMs = performance.now();
    const flight: Flight = { startedAtMs, types: policy.types, work: execute() };
    this.flights.set(key, flight);
    try {
      const computed = await flight.work;
      if (computed) this.store(key, policy, startedAtMs, computed);
      return computed?.json ?? null;
    } finally {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    }
  }

  private mayJoin({ types, startedAtMs }: Flight): boolean {
    if (this.lastTouchOf(types) >= startedAtMs) return false;
    return this.lastDeafAtMs() < startedAtMs || performance.now() - startedAtMs < SETTLING_MS;
  }

  private store(key: string, policy: CachePolicy, startedAtMs: number, { json, freshForMs }: ComputedData): void {
    if (
      json.length > MAX_ENTRY_BYTES ||
      Math.max(this.lastTouchOf(policy.types), this.lastDeafAtMs()) >= startedAtMs - SETTLING_MS
    )
      return;
    const entry: Entry = { json, startedAtMs, storedAtMs: performance.now(), types: policy.types };
    this.entries.set(key, entry, { ttl: Math.max(1, Math.min(policy.maxAgeSeconds * 1000, freshForMs)) });
  }

  /** When it was last seen that changes are not heard: what was kept before may have changed without a word. */
  private lastDeafAtMs(): number {
    if (!this.isHearing()) this.deafAtMs = performance.now();
    return this.deafAtMs;
  }

  private lastTouchOf(types: readonly string[]): number {
    let last = -Infinity;
    for (const type of types) {
      const touchedAtMs = this.touchedAtMs.get(type);
      if (touchedAtMs !== undefined && touchedAtMs > last) last = touchedAtMs;
    }
    return last;
  }

  private take(event: DomainEvent): void {
    for (const { type } of event.touches) this.touchedAtMs.set(type, performance.now());
  }
}

/** Equal for requests whose answers are equal: variables that the operation does not declare do not count. */
export function cacheKeyOf(supergraphId: string, operation: PreparedOperation, variables: Readonly<Json>): string {
  const values = (operation.definition.variableDefinitions ?? []).map(({ variable }) => {
    const value = variables[variable.name.value];
    // An absent variable takes its default, null does not.
    return value === undefined ? '' : stableJson(value);
  });
  return `${supergraphId}\n${operation.hash}\n${values.join('\n')}`;
}

function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, nested: unknown) => {
    if (typeof nested !== 'object' || nested === null || Array.isArray(nested)) return nested;
    return Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
