import { createHash } from 'node:crypto';
import type { TaggedStore } from '../../platform/cache';
import type { DomainEvent, EventBus, Unsubscribe } from '../../platform/events';
import type { CallReceiver } from '../../platform/federation';
import type { AskedEntities } from '../executor/caller';
import type { FetchStep } from '../executor/compile-plan';
import type { CachingRun, FetchCache } from '../executor/fetch-cache';
import type { Supergraph } from '../supergraph/supergraph';
import { audienceKey } from './audience';
import { CachedEntities, CachedFields } from './cached-fetch';
import { FetchPolicies } from './fetch-policy';

/** How often it is looked whether changes are still heard, also while nobody asks. */
const WATCH_MS = 100;

export interface EntityCacheWatch {
  onEntityCache(service: string, hits: number, misses: number): void;
}

/** What subgraphs answered, kept in a store that all gateways share, until it is too old or what it is about changes. */
export class EntityCache {
  private bus: EventBus | null = null;
  /** Since when changes may have gone by unheard: before the start as well. */
  private isDeaf = false;

  constructor(
    private readonly store: TaggedStore,
    private readonly watch: EntityCacheWatch,
  ) {}

  /** Ends what events touch. While they do not reach this process it neither reads nor writes; what was kept before, ends. */
  listen(bus: EventBus, topics: readonly string[]): Unsubscribe {
    if (topics.length === 0) return async () => undefined;
    const unsubscribe = bus.broadcast(topics, (event) => this.take(event));
    this.bus = bus;
    this.isDeaf = true;
    const watch = setInterval(() => this.look(), WATCH_MS).unref();
    this.look();
    return async () => {
      clearInterval(watch);
      await unsubscribe();
    };
  }

  /** For the fetches of one supergraph; `null` where its schema lets nothing be kept. */
  of(supergraph: Pick<Supergraph, 'id' | 'sdl' | 'fullSchema'>): FetchCache | null {
    const policies = new FetchPolicies(supergraph);
    if (!policies.hasAny) return null;
    return { take: (run, step, entities, receiver) => this.answer(policies, run, step, entities, receiver) };
  }

  private answer(
    policies: FetchPolicies,
    run: CachingRun,
    step: FetchStep,
    entities: AskedEntities | null,
    receiver: CallReceiver,
  ): boolean {
    const policy = policies.of(step);
    if (!policy || !this.isHearing()) return false;
    const audience = audienceKey(policy.audience, run.shared);
    if (audience === null) return false;
    const { store, watch } = this;
    const keyHead = `mercato:fetched:${policy.keyHead}:${audience}:${argumentsOf(run, step)}`;
    const onRead = (service: string, hits: number, misses: number): void => watch.onEntityCache(service, hits, misses);
    const fetch = { run, step, policy, keyHead, store, onRead };
    const cached = entities ? new CachedEntities(fetch, receiver, entities) : new CachedFields(fetch, receiver);
    cached.begin();
    return true;
  }

  private isHearing(): boolean {
    if (this.bus && !this.bus.isLive()) this.isDeaf = true;
    return !this.isDeaf;
  }

  private look(): void {
    if (!this.bus || this.isHearing() || !this.bus.isLive()) return;
    this.isDeaf = false;
    this.store.endAll();
  }

  private take({ touches }: DomainEvent): void {
    this.store.end(touches.flatMap(({ type, id }) => [type, `${type}:${id}`]));
  }
}

/** Of the variables that the step sends beside its entities. */
function argumentsOf(run: CachingRun, { variables }: FetchStep): string {
  if (variables.length === 0) return '';
  // One that is not sent takes its default, null does not.
  const texts = variables.map((name) => `${name}=${run.textOfVariable(name) ?? ''}`);
  return createHash('sha256').update(texts.join('\n')).digest('base64url');
}
