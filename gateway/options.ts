import type { JSONWebKeySet } from 'jose';
import type { CacheStore, TaggedStore } from '../platform/cache';
import type { Settings } from '../platform/config';
import type { EventBus } from '../platform/events';
import type { SubgraphClient } from '../platform/federation';
import type { Routes } from '../platform/http';
import type { Logger, Metrics } from '../platform/observability';
import type { ManifestSource, TrustMode } from './documents';
import type { AuthorisationOptions } from './authorisation';
import type { CorsOptions } from './http/cors';
import type { OperationLimits } from './operations/limits';
import type { PlannerOptions } from './planning/planner';
import type { AdmissionOptions } from './protection/admission';
import type { CallProtection } from './protection/protected-calls';

export type KeySource = () => Promise<JSONWebKeySet>;

/** Documents that clients name by an id instead of sending their text. */
export interface DocumentOptions {
  /** What the manifest means; `off` unless said otherwise. */
  readonly mode?: TrustMode;
  readonly source?: ManifestSource | null;
  /** Whether clients may register documents by their hash (Apollo's APQ) where any document may be sent; `true` unless said otherwise. */
  readonly mayRegister?: boolean;
  /** Where all gateways keep registered documents; without it each for itself. */
  readonly shared?: CacheStore | null;
}

/** What subgraphs answer, kept by the `@cacheControl` of the schema for all gateways that share a store. */
export interface EntityCacheOptions {
  readonly store: TaggedStore;
  /** Event topics of which every event may end what is kept; without any, only age does. */
  readonly topics: readonly string[];
}

/** How much of what stays open one client may hold. */
export interface LiveOptions {
  /** Sockets of one address, and subscriptions of all there who have no name; behind proxies that are not trusted, of all clients. */
  readonly maxPerAddress: number;
  /** Subscriptions of one user. */
  readonly maxPerUser: number;
}

export interface GatewayOptions {
  readonly host: string;
  /** `0` takes a free port. */
  readonly port: number;
  readonly supergraphSdl: string;
  /** By the subgraph's name in the supergraph. */
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>;
  /**
   * Public keys of access tokens, asked when a token names an unknown key, a few times a minute at most. `null` verifies no
   * token: everybody is anonymous here, and subgraphs judge the headers that are forwarded to them.
   */
  readonly keySource: KeySource | null;
  readonly tokenIssuer: string;
  /** Whose ids stand in tokens as `sub`: users of our own graph unless said otherwise. */
  readonly tokenSubjects?: 'ours' | 'any';
  /** Lower-case names of headers that are passed on to subgraphs; none unless said otherwise. */
  readonly forwardHeaders?: readonly string[];
  /**
   * What clients see of errors of subgraphs: `ours` (unless said otherwise) passes on codes of our own list and hides the rest,
   * `any` passes on every message with its code, as subgraphs of other makers need.
   */
  readonly subgraphErrors?: 'ours' | 'any';
  /** Who judges `@policy`, and what becomes of operations that ask for what their viewer may not see. */
  readonly authorisation?: AuthorisationOptions;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly environment: Settings['environment'];
  readonly introspection: boolean;
  /** Rejects while what the gateway needs is away; `/ready` answers 503 then. */
  readonly checkReady: () => Promise<void>;
  readonly extraRoutes?: Routes;
  /** Whether answers to public queries are kept; `true` unless said otherwise. */
  readonly responseCache?: boolean;
  /** Where answers of subgraphs are kept; nowhere unless said otherwise. */
  readonly entityCache?: EntityCacheOptions | null;
  /** Differences from the default limits of an operation. */
  readonly limits?: Partial<OperationLimits>;
  /** Differences from the defaults of how subgraphs are guarded; `null` guards none. */
  readonly protection?: Partial<CallProtection> | null;
  /** Differences from the defaults of how many requests may be in work at once; `null` admits all. */
  readonly admission?: Partial<AdmissionOptions> | null;
  /** Differences from the defaults of planning. */
  readonly planner?: Partial<PlannerOptions>;
  /** How long one operation may run before what is missing is answered with DEADLINE_EXCEEDED; 10,000 unless said otherwise. */
  readonly operationTimeoutMs?: number;
  readonly documents?: DocumentOptions;
  /** Differences from the default bounds of what stays open: 5,000 an address, 500 a user. */
  readonly live?: Partial<LiveOptions>;
  /** Whether clients that take answers in parts get what they mark by `@defer` later; `true` unless said otherwise. */
  readonly defer?: boolean;
  /** Proxies of which `X-Forwarded-For` is believed, as addresses or networks; none unless said otherwise. */
  readonly trustedProxies?: readonly string[];
  /** Which pages of other sites may use it from a browser; none unless said otherwise. */
  readonly cors?: CorsOptions | null;
  /** Whether long answers are compressed for clients that ask for it; `true` unless said otherwise. */
  readonly compression?: boolean;
  /** Event topics of which every event may end cached answers. */
  readonly cacheTopics?: readonly string[];
  /** A port of its own for `/metrics`, on the same host. Without one they stand beside GraphQL, in production nowhere. */
  readonly metricsPort?: number | null;
  /** How long it still serves after `/ready` began to say no, for balancers to notice; 0 unless said otherwise. */
  readonly drainMs?: number;
  /** The process's metrics; made anew where absent. */
  readonly metrics?: Metrics;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Says that it is not ready, waits for `drainMs`, then takes nothing new, lets running requests finish, closes sockets with 1012 and tells their clients when to come back, then stops. */
  stop(): Promise<void>;
  /** From the next request on, with other subgraphs where they are given; what runs ends on the old supergraph, subscriptions that are still valid go on by the new one. @throws when the SDL is no supergraph, changing nothing */
  swapSupergraph(sdl: string, subgraphs?: ReadonlyMap<string, SubgraphClient>): Promise<void>;
}
