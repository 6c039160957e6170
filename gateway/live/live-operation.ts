import type { EventReceiver, RunningSubscription, SubgraphClient, SubgraphResponse } from '../../platform/federation';
import type { Answer } from '../executor/answer';
import type { FetchStep } from '../executor/compile-plan';
import type { Beginning } from './source-field';

/** What a {@link LiveOperation} is made of, by the engine that read it. */
export interface LiveOperationParts {
  /** Equal for subscriptions that may share one stream; `null` for one that shares none. */
  readonly key: string | null;
  readonly isResumable: boolean;
  readonly beginning: Beginning;
  readonly source: FetchStep;
  /** The source's variables as JSON text. */
  readonly variables: string;
  readonly client: SubgraphClient;
  /** Whom the source is told of, as text. */
  readonly viewer: string;
  readonly open: (after: string | null, receiver: EventReceiver) => RunningSubscription;
  readonly complete: (event: SubgraphResponse, done: (answer: Answer) => void) => void;
  readonly refusalOf: (error: unknown) => Answer;
}

/** A subscription that was read, authorised and planned against one supergraph. */
export class LiveOperation {
  readonly open: LiveOperationParts['open'];
  readonly complete: LiveOperationParts['complete'];
  readonly refusalOf: LiveOperationParts['refusalOf'];

  constructor(private readonly parts: LiveOperationParts) {
    this.open = parts.open;
    this.complete = parts.complete;
    this.refusalOf = parts.refusalOf;
  }

  get key(): string | null {
    return this.parts.key;
  }

  get isResumable(): boolean {
    return this.parts.isResumable;
  }

  get beginning(): Beginning {
    return this.parts.beginning;
  }

  get service(): string {
    return this.parts.source.service;
  }

  /** Whether the stream of another reading tells the same. */
  hasSameSource({ parts: other }: LiveOperation): boolean {
    const { source, client, variables, viewer } = this.parts;
    if (source.query !== other.source.query || client !== other.client) return false;
    return variables === other.variables && viewer === other.viewer;
  }
}
