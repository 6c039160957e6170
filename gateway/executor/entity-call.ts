import { isInterfaceType, type GraphQLSchema } from 'graphql';
import type { CallReceiver, SubgraphResponse } from '../../platform/federation';
import type { AskedEntities, Caller } from './caller';
import type { FetchStep } from './compile-plan';
import type { Json } from './merge';
import { applyRewrites } from './rewrites';

/** Where the answer about one entity stands, or will stand. */
export interface AskedEntity {
  readonly call: EntityCall;
  /** In the list of representations, and so of answers. */
  readonly at: number;
}

/** A fetch that waits for the answer about some of its entities. */
export interface EntityTaker {
  /** The call has ended: see its `outcome`. */
  take(call: EntityCall): void;
}

export type EntityOutcome =
  | { readonly kind: 'answered'; readonly entities: readonly (Json | null)[]; readonly errors: SubgraphResponse['errors'] }
  /** There is no list of entities, or none that fits; errors say why, or an error of our own. */
  | { readonly kind: 'useless'; readonly errors: SubgraphResponse['errors']; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** One call about some entities; several fetches of one operation may wait for it. */
export class EntityCall implements CallReceiver, AskedEntities {
  readonly texts: string[] = [];
  /** `null` while it runs. */
  outcome: EntityOutcome | null = null;
  private readonly samples: Json[] = [];
  private readonly takers: EntityTaker[] = [];

  constructor(
    private readonly run: Caller,
    private readonly step: FetchStep,
    private readonly book: Map<string, AskedEntity> | null,
  ) {}

  /** @param record that the representation was written from */
  add(text: string, record: Json): AskedEntity {
    const asked = { call: this, at: this.texts.length };
    this.texts.push(text);
    this.samples.push(record);
    this.book?.set(text, asked);
    return asked;
  }

  /** The taker is told when the call has ended, now if it has. */
  tell(taker: EntityTaker): void {
    if (this.outcome) taker.take(this);
    else this.takers.push(taker);
  }

  begin(): void {
    this.run.call(this.step, this, this);
  }

  objects(): Json[] {
    return this.samples.map((record) => this.step.representation?.object(record) ?? {});
  }

  answered({ data, errors }: SubgraphResponse): void {
    const entities = data?.['_entities'];
    if (Array.isArray(entities) && entities.length === this.texts.length) {
      const { outputRewrites } = this.step;
      if (outputRewrites.length > 0)
        for (const entity of entities) if (entity) applyRewrites(this.run.plan.schema, outputRewrites, entity);
      if (this.step.isOfInterface) withoutInterfaceNames(entities, this.run.plan.schema);
      if (errors) this.forget();
      this.end({ kind: 'answered', entities, errors });
    } else {
      this.forget();
      const error = new Error(`${this.step.service} answered no list of entities`);
      this.end({ kind: 'useless', errors, error });
    }
  }

  failed(error: unknown): void {
    this.forget();
    this.end({ kind: 'failed', error });
  }

  private end(outcome: EntityOutcome): void {
    this.outcome = outcome;
    for (const taker of this.takers) taker.take(this);
  }

  private forget(): void {
    for (const text of this.texts) this.book?.delete(text);
  }
}

/** The records know their types; an `@interfaceObject`'s subgraph knows the interface alone. */
function withoutInterfaceNames(entities: readonly (Json | null)[], schema: GraphQLSchema): void {
  for (const entity of entities)
    if (typeof entity?.['__typename'] === 'string' && isInterfaceType(schema.getType(entity['__typename'])))
      delete entity['__typename'];
}
