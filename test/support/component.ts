import { randomUUID } from 'node:crypto';
import { createMemoryCache, type CacheStore } from '../../platform/cache';
import { anonymous, scopesOf, type Role, type Viewer } from '../../platform/auth';
import { readSettings, type Settings, type SubgraphName } from '../../platform/config';
import { createMemoryBus, type EventBus } from '../../platform/events';
import type { SubgraphDependencies, SubgraphModule, SubgraphResponse } from '../../platform/federation';
import { createLogger } from '../../platform/observability';
import { createDatabase, type TestDatabase } from './database';

/** One subgraph alone, opened in the test's process on a database of its own. */
export interface SubgraphUnderTest<Module extends SubgraphModule> {
  readonly module: Module;
  readonly database: TestDatabase;
  readonly bus: EventBus;
  /** Executes an operation as the gateway would send it; anonymous unless a viewer is given. */
  execute(query: string, variables?: Record<string, unknown>, viewer?: Viewer): Promise<SubgraphResponse>;
  close(): Promise<void>;
}

export interface ComponentOptions<Extra> {
  readonly settings?: Partial<Settings>;
  readonly cache?: CacheStore;
  /** Further dependencies, such as clients of other subgraphs. */
  readonly extra?: Extra;
}

/** `await openSubgraph('product', createProductSubgraph)` in `beforeAll`; call `close` in `afterAll`. */
export async function openSubgraph<Module extends SubgraphModule, Extra extends object = object>(
  name: SubgraphName,
  factory: (deps: SubgraphDependencies & Extra) => Module,
  options: ComponentOptions<Extra> = {},
): Promise<SubgraphUnderTest<Module>> {
  const database = await createDatabase(name);
  const settings: Settings = { ...readSettings({ NODE_ENV: 'test' }), databasePoolSize: 5, ...options.settings };
  const logger = createLogger(settings, name);
  const bus = createMemoryBus(logger);
  const module = factory({
    settings,
    databaseUrl: database.url,
    cache: options.cache ?? createMemoryCache(),
    bus,
    logger,
    ...options.extra,
  } as SubgraphDependencies & Extra);
  await module.open();
  return {
    module,
    database,
    bus,
    execute: (query, variables = {}, viewer = anonymous) =>
      module.client.execute({ query, variables, viewer, requestId: randomUUID() }),
    close: async () => {
      await module.close();
      await bus.close();
    },
  };
}

/** The viewer that the gateway would make of an access token with these claims. */
export function viewerOf(userId: number, roles: readonly Role[] = ['CUSTOMER'], sessionId: string | null = null): Viewer {
  return { kind: 'user', userId, roles, scopes: scopesOf(roles), sessionId, guestToken: null };
}
