import type { CacheStore } from '../cache';
import type { Settings, SubgraphName } from '../config';
import type { EventBus } from '../events';
import type { Routes } from '../http';
import type { Mailbox } from '../mail';
import type { Logger, Metrics } from '../observability';
import type { Stoppable } from '../process';
import type { SubgraphClient } from './subgraph-request';

/** What a subgraph is given by whoever composes the process. */
export interface SubgraphDependencies {
  readonly settings: Settings;
  /** `postgres://` URL of the subgraph's own database. */
  readonly databaseUrl: string;
  readonly cache: CacheStore;
  readonly bus: EventBus;
  readonly logger: Logger;
}

/**
 * A subgraph as a process composes it. Constructing one opens nothing, so its SDL can be printed without a database;
 * then `open`, once `migrate`, and `close`.
 */
export interface SubgraphModule {
  readonly name: SubgraphName;
  /** Federation SDL, as committed in `schema/`. */
  readonly sdl: string;
  /** Executes operations in this process. */
  readonly client: SubgraphClient;
  /** Its mails, for developers to look at; absent where it writes none. */
  readonly mailbox?: Mailbox;
  /** Served beside GraphQL, unsigned by the gateway: what others call, such as a provider's webhooks. Absent where there is none. */
  readonly routes?: Routes;
  /** Connects to the database. @throws when it cannot be reached */
  open(): Promise<void>;
  /** Brings the database to the newest migration; concurrent callers wait for one another. */
  migrate(): Promise<void>;
  /** Rejects while the subgraph cannot serve. */
  checkReady(): Promise<void>;
  /**
   * Begins to take the events of others that it must not miss; called in worker processes only, and of every subgraph
   * before `startWork` of any: a bus in memory keeps nothing for a consumer that comes later. Absent where it takes none.
   */
  startConsuming?(): Stoppable;
  /** Starts what works in the background (relay of the outbox, jobs); called in worker processes only. */
  startWork(metrics?: Metrics): Promise<Stoppable>;
  close(): Promise<void>;
}
