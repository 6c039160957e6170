import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../../platform/auth';
import type { VerifiedToken } from '../identity/identity';
import type { PreparedOperation } from '../operations/operation';
import type { AddressOf } from './client-address';
import { clientNameIn } from './client-name';
import { requestIdOf } from './request-id';

/** What is known of one HTTP request while it runs. */
export class RequestScope {
  readonly startedAtMs = performance.now();
  readonly requestId: string;
  readonly traceparent: string | null;
  /** Whether the client asked, by `x-mercato-count: 1`, what its request cost; answered outside production. */
  readonly counts: boolean;
  /** Whether the client asked, by `x-mercato-cost: 1`, what its operation costs. */
  readonly asksCost: boolean;
  viewer: Viewer | null = null;
  /** The access token that says who the viewer is. */
  token: VerifiedToken | null = null;
  /** Headers for the subgraphs. */
  forwarded: Readonly<Record<string, string>> | null = null;
  operation: PreparedOperation | null = null;
  subgraphCalls = 0;
  private gone: AbortController | null = null;

  constructor(
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly addressOf: AddressOf,
  ) {
    this.requestId = requestIdOf(request.headers['x-request-id']);
    const { traceparent } = request.headers;
    this.traceparent = typeof traceparent === 'string' && traceparent.length <= 100 ? traceparent : null;
    this.counts = request.headers['x-mercato-count'] === '1';
    this.asksCost = request.headers['x-mercato-cost'] === '1';
  }

  /** Who takes turns with others where work waits: a user, or whoever is at one address. */
  get client(): string {
    const userId = this.viewer?.userId ?? null;
    return userId === null ? this.address : `user ${userId}`;
  }

  get address(): string {
    return this.addressOf(this.request);
  }

  /** The name that the client gives of itself. */
  get clientName(): string | null {
    return clientNameIn(this.request.headers);
  }

  /** Calls back when the client goes away before it has its answer. */
  onGone(leave: () => void): void {
    if (this.response.destroyed) leave();
    else if (!this.response.writableEnded)
      this.response.once('close', () => {
        if (!this.response.writableFinished) leave();
      });
  }

  /** Aborted when the client goes away before it has its answer. */
  get signal(): AbortSignal {
    if (!this.gone) {
      const gone = new AbortController();
      this.gone = gone;
      this.response.once('close', () => {
        if (!this.response.writableFinished) gone.abort();
      });
    }
    return this.gone.signal;
  }
}
