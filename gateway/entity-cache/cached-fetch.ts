import { createHash } from 'node:crypto';
import type { TaggedKey, TaggedRead, TaggedStore, TaggedValue } from '../../platform/cache';
import { AppError, presentError } from '../../platform/errors';
import type { CallReceiver, SubgraphResponse } from '../../platform/federation';
import type { AskedEntities } from '../executor/caller';
import type { FetchStep } from '../executor/compile-plan';
import type { CachingRun } from '../executor/fetch-cache';
import type { Json } from '../executor/merge';
import type { FetchPolicy } from './fetch-policy';

/** Longer values are not kept. */
const MAX_CHARACTERS = 512 * 1024;
const MAX_PLAIN_KEY = 200;

/** What one fetch is made of, and what is kept of it. */
export interface CacheableFetch {
  readonly run: CachingRun;
  readonly step: FetchStep;
  readonly policy: FetchPolicy;
  /** Tells apart whom the subgraph may answer differently, and what else than the entities is asked. */
  readonly keyHead: string;
  readonly store: TaggedStore;
  /** Told how many were found, and how many were not. */
  readonly onRead: (service: string, hits: number, misses: number) => void;
}

/** Reads first, then asks for what is missing. */
abstract class CachedFetch implements CallReceiver {
  protected readonly startedAtMs = performance.now();
  protected reads: readonly TaggedRead[] = [];

  constructor(
    protected readonly fetch: CacheableFetch,
    protected readonly receiver: CallReceiver,
    protected readonly keys: readonly TaggedKey[],
  ) {}

  begin(): void {
    const { run, store } = this.fetch;
    store
      .read(this.keys)
      .then((reads) => this.taken(reads))
      .catch((error: unknown) => run.broken(error));
  }

  abstract answered(response: SubgraphResponse): void;
  abstract failed(error: unknown): void;
  /** With at least one miss. */
  protected abstract askMissing(): void;
  protected abstract answerHits(): void;

  private taken(reads: readonly TaggedRead[] | null): void {
    const { run, step, onRead } = this.fetch;
    this.reads = reads ?? this.keys.map(() => ({ hit: false, stamp: null }));
    let hits = 0;
    for (const read of this.reads) {
      if (!read.hit) continue;
      hits += 1;
      run.freshForMs = Math.min(run.freshForMs, Math.floor(read.freshForMs));
    }
    onRead(step.service, hits, this.reads.length - hits);
    if (hits === this.reads.length) this.answerHits();
    else this.askMissing();
  }

  /** What to keep of the value at `at`; taken before anybody merges into it. */
  protected valueOf(at: number, value: unknown): TaggedValue[] {
    const [key, read] = [this.keys[at], this.reads[at]];
    if (!key || !read || read.hit || read.stamp === null) return [];
    const text = JSON.stringify(value);
    if (text.length > MAX_CHARACTERS) return [];
    const lifeMs = this.fetch.policy.maxAgeMs - (performance.now() - this.startedAtMs);
    return [{ ...key, stamp: read.stamp, text, lifeMs }];
  }
}

/** Entities, each kept by itself. */
export class CachedEntities extends CachedFetch {
  /** Places in the whole list of those that were not found. */
  private missing: readonly number[] = [];

  constructor(
    fetch: CacheableFetch,
    receiver: CallReceiver,
    private readonly entities: AskedEntities,
  ) {
    super(
      fetch,
      receiver,
      entities.texts.map((text) => keyOf(fetch, text)),
    );
  }

  answered(response: SubgraphResponse): void {
    const { missing, reads, receiver } = this;
    const answered = response.data?.[ENTITIES];
    if (!Array.isArray(answered) || answered.length !== missing.length) return receiver.answered(response);
    if (!response.errors) this.keep(answered as readonly (Json | null)[]);
    if (missing.length === reads.length) return receiver.answered(response);
    const entities = this.known();
    missing.forEach((at, place) => (entities[at] = answered[place] as unknown));
    const errors = response.errors?.map((error) => ({ ...error, ...this.placeOf(error.path) }));
    receiver.answered({ data: { [ENTITIES]: entities }, ...(errors ? { errors } : {}) });
  }

  /** What was found is answered although the subgraph is away. */
  failed(error: unknown): void {
    const { missing, reads, receiver, fetch } = this;
    if (missing.length === reads.length || !(error instanceof AppError)) return receiver.failed(error);
    const { formatted } = presentError(error, fetch.run.shared.requestId);
    const errors = missing.map((at) => ({ ...formatted, path: [ENTITIES, at] }));
    receiver.answered({ data: { [ENTITIES]: this.known() }, errors });
  }

  protected askMissing(): void {
    const { fetch, entities, reads } = this;
    this.missing = [...reads.keys()].filter((at) => !reads[at]?.hit);
    const { missing } = this;
    const asked = missing.length === reads.length ? entities : subset(entities, missing);
    fetch.run.ask(fetch.step, asked, this);
  }

  protected answerHits(): void {
    this.receiver.answered({ data: { [ENTITIES]: this.known() } });
  }

  private known(): unknown[] {
    return this.reads.map((read) => (read.hit ? (JSON.parse(read.text) as unknown) : null));
  }

  private keep(answered: readonly (Json | null)[]): void {
    const values = this.missing.flatMap((at, place) => (answered[place] ? this.valueOf(at, answered[place]) : []));
    this.fetch.store.write(values);
  }

  /** Of an error of the smaller list in the whole one. */
  private placeOf(path: readonly (string | number)[] | undefined): { path?: readonly (string | number)[] } {
    const at = typeof path?.[1] === 'number' ? this.missing[path[1]] : undefined;
    return path && at !== undefined ? { path: [path[0] ?? ENTITIES, at, ...path.slice(2)] } : {};
  }
}

/** A fetch from the root, kept as a whole. */
export class CachedFields extends CachedFetch {
  constructor(fetch: CacheableFetch, receiver: CallReceiver) {
    super(fetch, receiver, [{ key: fetch.keyHead, tags: fetch.policy.types }]);
  }

  answered(response: SubgraphResponse): void {
    const { data, errors } = response;
    // A field that is null now may be a record that was not there yet.
    if (data && !errors && Object.values(data).every((value) => value !== null)) this.fetch.store.write(this.valueOf(0, data));
    this.receiver.answered(response);
  }

  failed(error: unknown): void {
    this.receiver.failed(error);
  }

  protected askMissing(): void {
    const { run, step } = this.fetch;
    run.ask(step, null, this);
  }

  protected answerHits(): void {
    const [read] = this.reads;
    if (read?.hit) this.receiver.answered({ data: JSON.parse(read.text) as Json });
  }
}

const ENTITIES = '_entities';

function subset(entities: AskedEntities, places: readonly number[]): AskedEntities {
  return {
    texts: places.map((at) => entities.texts[at] ?? ''),
    objects: () => {
      const objects = entities.objects();
      return places.map((at) => objects[at] ?? {});
    },
  };
}

/** An entity that is told by its id ends with that id alone, any other with its type. */
function keyOf({ keyHead, policy }: CacheableFetch, text: string): TaggedKey {
  const { __typename: type, id } = JSON.parse(text) as Json;
  const told = text.length <= MAX_PLAIN_KEY ? text : createHash('sha256').update(text).digest('base64url');
  const isById = typeof type === 'string' && policy.entityTypes.has(type) && (typeof id === 'string' || typeof id === 'number');
  return { key: `${keyHead}:${told}`, tags: [...policy.types, isById ? `${type}:${id}` : String(type)] };
}
