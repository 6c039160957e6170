import type { CallReceiver, SubgraphClient, SubgraphResponse } from '../../platform/federation';
import type { AskedEntities } from '../executor/caller';
import type { FetchStep } from '../executor/compile-plan';
import type { CachingRun, FetchCache } from '../executor/fetch-cache';
import type { Json } from '../executor/merge';
import type { SendCall, SharedRequest, SubgraphCall } from '../executor/subgraph-call';
import { viewerFor, type Reaches } from './reach';

/** A call that follows upon another waits so long for company: events come in crowds. */
const GATHER_MS = 6;
/** Representations of one call. */
const MAX_BATCH = 500;
const ENTITIES = '_entities';

export interface EventBatchesOptions {
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>;
  readonly send: SendCall;
  readonly reaches: Reaches;
}

/**
 * Entities that complete the events of subscriptions, asked for many events in one call: events that are completed at about
 * the same time and whose answers reach one another's viewers. Each entity is asked once.
 */
export class EventBatches implements FetchCache {
  private readonly lanes = new Map<string, Lane>();
  private readonly ids = new WeakMap<FetchStep, number>();
  private lastId = 0;

  constructor(private readonly options: EventBatchesOptions) {}

  take(run: CachingRun, step: FetchStep, entities: AskedEntities | null, receiver: CallReceiver): boolean {
    const client = this.options.subgraphs.get(step.service);
    if (!entities || step.context || step.isMutation || !client) return false;
    const reach = this.options.reaches.ofEntities(step);
    const viewer = viewerFor(reach, run.shared.viewer);
    const isForwarding = run.shared.forwarded !== null && run.shared.forwarded !== undefined;
    const shared = { ...run.shared, viewer };
    const variables = step.variables.map((name) => `${name}:${run.textOfVariable(name) ?? ''}`);
    const who = isForwarding ? JSON.stringify([viewer, run.shared.forwarded]) : JSON.stringify(viewer);
    const key = [this.idOf(step), who, ...variables].join('\n');
    let lane = this.lanes.get(key);
    if (!lane) {
      const gone = (): void => void this.lanes.delete(key);
      lane = new Lane(this.options.send, { client, step, shared, variables: variablesOf(run, step) }, gone);
      this.lanes.set(key, lane);
    }
    lane.add(entities, receiver);
    return true;
  }

  private idOf(step: FetchStep): number {
    let id = this.ids.get(step);
    if (id === undefined) this.ids.set(step, (id = this.lastId += 1));
    return id;
  }
}

interface LaneCall {
  readonly client: SubgraphClient;
  readonly step: FetchStep;
  readonly shared: SharedRequest;
  /** As JSON text, by name. */
  readonly variables: ReadonlyMap<string, string>;
}

function variablesOf(run: CachingRun, { variables }: FetchStep): Map<string, string> {
  return new Map(
    variables.flatMap((name) => {
      const text = run.textOfVariable(name);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

/** Equal questions about different entities: the first goes at once, those that come meanwhile go together. */
class Lane {
  private gathering: Batch | null = null;
  private running = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly send: SendCall,
    private readonly call: LaneCall,
    private readonly gone: () => void,
  ) {}

  add(entities: AskedEntities, receiver: CallReceiver): void {
    if (this.gathering && this.gathering.size + entities.texts.length > MAX_BATCH) this.leave();
    this.gathering ??= new Batch(this.call);
    this.gathering.add(entities, receiver);
    if (this.timer) return;
    // What comes in one turn of the event loop goes together in any case.
    this.timer = setTimeout(() => this.leave(), this.running > 0 ? GATHER_MS : 1);
  }

  private leave(): void {
    const { gathering, timer } = this;
    if (timer) clearTimeout(timer);
    this.timer = null;
    this.gathering = null;
    if (!gathering) return;
    this.running += 1;
    const ended = (): void => {
      this.running -= 1;
      if (this.running === 0 && !this.gathering) this.gone();
    };
    this.send(gathering, {
      answered: (response) => {
        ended();
        gathering.answered(response);
      },
      failed: (error) => {
        ended();
        gathering.failed(error);
      },
    });
  }
}

interface Share {
  /** Places in the batch. */
  readonly places: readonly number[];
  readonly receiver: CallReceiver;
}

/** One call for the entities of several events. */
class Batch implements SubgraphCall, CallReceiver {
  private readonly texts: string[] = [];
  private readonly placeOf = new Map<string, number>();
  private readonly objectsOf: (() => Json)[] = [];
  private readonly shares: Share[] = [];

  constructor(private readonly call: LaneCall) {}

  get size(): number {
    return this.texts.length;
  }

  get client(): SubgraphClient {
    return this.call.client;
  }

  get step(): FetchStep {
    return this.call.step;
  }

  get shared(): SharedRequest {
    return this.call.shared;
  }

  add(entities: AskedEntities, receiver: CallReceiver): void {
    let objects: Json[] | null = null;
    const places = entities.texts.map((text, at) => {
      let place = this.placeOf.get(text);
      if (place === undefined) {
        this.placeOf.set(text, (place = this.texts.length));
        this.texts.push(text);
        this.objectsOf.push(() => (objects ??= entities.objects())[at] ?? {});
      }
      return place;
    });
    this.shares.push({ places, receiver });
  }

  body(): string {
    let text = `${this.call.step.bodyHead}"representations":[${this.texts.join(',')}]`;
    for (const [name, value] of this.call.variables) text += `,"${name}":${value}`;
    return `${text}}}`;
  }

  variables(): Json {
    const variables: Json = { representations: this.objectsOf.map((object) => object()) };
    for (const [name, text] of this.call.variables) variables[name] = JSON.parse(text);
    return variables;
  }

  signal(): undefined {
    return undefined;
  }

  answered({ data, errors }: SubgraphResponse): void {
    const answered = data?.[ENTITIES];
    if (!Array.isArray(answered) || answered.length !== this.texts.length) {
      for (const { receiver } of this.shares) receiver.answered({ data, errors });
      return;
    }
    // All copies are made before anybody merges into what they were given.
    const taken = new Set<number>();
    const responses = this.shares.map(({ places }) => {
      const entities = places.map((place) => ownCopy(answered[place] as Json | null, place, taken));
      const own = errors?.flatMap((error) => placedIn(error, places));
      return { data: { [ENTITIES]: entities }, ...(own && own.length > 0 ? { errors: own } : {}) };
    });
    this.shares.forEach(({ receiver }, at) => receiver.answered(responses[at] ?? {}));
  }

  failed(error: unknown): void {
    for (const { receiver } of this.shares) receiver.failed(error);
  }
}

type SubgraphError = NonNullable<SubgraphResponse['errors']>[number];

/** Events are merged into what they were answered, so each needs records of its own. */
function ownCopy(entity: Json | null, place: number, taken: Set<number>): Json | null {
  if (!entity || !taken.has(place)) {
    taken.add(place);
    return entity;
  }
  return structuredClone(entity);
}

/** An error of the whole call is each event's; an error of an entity is of those who asked for it. */
function placedIn(error: SubgraphError, places: readonly number[]): SubgraphError[] {
  const [top, at, ...rest] = error.path ?? [];
  if (typeof at !== 'number') return [error];
  const place = places.indexOf(at);
  return place < 0 ? [] : [{ ...error, path: [top ?? ENTITIES, place, ...rest] }];
}
