import type { SubgraphName } from '../../platform/config';
import { SUBGRAPH_NAMES } from '../../platform/config';
import {
  createHttpSubgraphClient,
  type SubgraphClient,
  type SubgraphDependencies,
  type SubgraphModule,
} from '../../platform/federation';
import { CommandError } from '../print';
import { loadPart, type JsonWebKeySet } from './not-yet';
import type { Resources } from './resources';

/** The user subgraph also publishes the keys that access tokens are verified with. */
export type UserModule = SubgraphModule & { jwks(): Promise<JsonWebKeySet> };

type Siblings = { readonly product: SubgraphClient; readonly user: SubgraphClient };
type Factory = (deps: SubgraphDependencies & Partial<Siblings>) => SubgraphModule;

const FACTORIES: Readonly<Record<SubgraphName, () => Factory | undefined>> = {
  user: () => loadPart<{ createUserSubgraph: Factory }>(() => require('../../subgraphs/user'))?.createUserSubgraph,
  product: () => loadPart<{ createProductSubgraph: Factory }>(() => require('../../subgraphs/product'))?.createProductSubgraph,
  order: () => loadPart<{ createOrderSubgraph: Factory }>(() => require('../../subgraphs/order'))?.createOrderSubgraph,
};

/** The names of the subgraphs that exist, in an order in which each comes after those that it calls. */
export function knownSubgraphs(): SubgraphName[] {
  return SUBGRAPH_NAMES.filter((name) => FACTORIES[name]() !== undefined);
}

/** Constructs one subgraph; `clientOf` says how it reaches its siblings. Opens nothing. */
export function createSubgraph(
  name: SubgraphName,
  resources: Resources,
  clientOf: (name: SubgraphName) => SubgraphClient,
): SubgraphModule {
  const factory = FACTORIES[name]();
  if (!factory) throw new CommandError(`there is no subgraph ${name}`);
  const { settings, cache, bus, logger } = resources;
  return factory({
    settings,
    databaseUrl: settings.databases[name] ?? 'postgres://not.configured/none',
    cache,
    bus,
    logger: logger.child({ subgraph: name }),
    ...siblingsOf(name, clientOf),
  });
}

/** Only order calls other subgraphs: it reserves stock and reads who buys. */
function siblingsOf(name: SubgraphName, clientOf: (name: SubgraphName) => SubgraphClient): Partial<Siblings> {
  return name === 'order' ? { product: clientOf('product'), user: clientOf('user') } : {};
}

/** All subgraphs for one process: each reaches the others by a function call. */
export function createSubgraphs(resources: Resources): SubgraphModule[] {
  const modules = new Map<SubgraphName, SubgraphModule>();
  const clientOf = (name: SubgraphName): SubgraphClient => lateClient(name, () => modules.get(name)?.client);
  for (const name of knownSubgraphs()) modules.set(name, createSubgraph(name, resources, clientOf));
  return [...modules.values()];
}

/** One subgraph for a process of its own: it reaches the others over HTTP. */
export async function openSubgraph(name: SubgraphName, resources: Resources): Promise<SubgraphModule> {
  if (resources.settings.databases[name] === null) throw new CommandError(`${name.toUpperCase()}_DATABASE_URL is needed`);
  const subgraph = createSubgraph(name, resources, (sibling) => httpClientOf(sibling, resources));
  await subgraph.open();
  resources.lifecycle.add(`${name} subgraph`, () => subgraph.close());
  return subgraph;
}

/** Where the user subgraph publishes the keys of access tokens. */
export const KEYS_PATH = '/.well-known/jwks.json';

const CALL_TIMEOUT_MS = 10_000;

/** Reaches a subgraph that is another process. @throws CommandError when its URL or the signing key is not set */
export function httpClientOf(name: SubgraphName, resources: Resources): SubgraphClient {
  const { settings, lifecycle } = resources;
  const url = settings.subgraphUrls[name];
  if (url === null)
    throw new CommandError(
      `${name.toUpperCase()}_SUBGRAPH_URL is needed: where the ${name} subgraph serves, such as http://${name}:4000/graphql`,
    );
  const client = createHttpSubgraphClient({ name, url, signingKey: signingKeyOf(resources), timeoutMs: CALL_TIMEOUT_MS });
  lifecycle.add(`calls to ${name}`, () => client.close());
  return client;
}

export function signingKeyOf({ settings }: Resources): string {
  if (settings.subgraphSigningKey === null)
    throw new CommandError('SUBGRAPH_SIGNING_KEY is needed: the same 32 or more characters for gateway and subgraphs');
  return settings.subgraphSigningKey;
}

/** A client of a subgraph that is constructed later in this process. */
function lateClient(name: SubgraphName, find: () => SubgraphClient | undefined): SubgraphClient {
  const client = (): SubgraphClient => {
    const found = find();
    if (!found) throw new CommandError(`there is no subgraph ${name}`);
    return found;
  };
  return { name, execute: (request) => client().execute(request), subscribe: (request) => client().subscribe(request) };
}
