import { SUBGRAPH_NAMES, type SubgraphName } from '../../platform/config';
import {
  createHttpSubgraphClient,
  type SubgraphClient,
  type SubgraphDependencies,
  type SubgraphModule,
} from '../../platform/federation';
import type { Routes } from '../../platform/http';
import { createMailboxRoutes } from '../../platform/mail';
import type { UserSubgraph } from '../../subgraphs/user';
import { CommandError } from '../print';
import type { Resources } from './resources';

type ClientOf = (name: SubgraphName) => SubgraphClient;
type Factory = (deps: SubgraphDependencies, clientOf: ClientOf) => SubgraphModule;

/** Loaded when they are constructed: a process that serves one subgraph holds no other. */
const FACTORIES: Readonly<Record<SubgraphName, Factory>> = {
  user: (deps) => {
    const { createUserSubgraph } = require('../../subgraphs/user') as typeof import('../../subgraphs/user');
    return createUserSubgraph(deps);
  },
  product: (deps) => {
    const { createProductSubgraph } = require('../../subgraphs/product') as typeof import('../../subgraphs/product');
    return createProductSubgraph(deps);
  },
  order: (deps, clientOf) => {
    const { createOrderSubgraph } = require('../../subgraphs/order') as typeof import('../../subgraphs/order');
    return createOrderSubgraph({ ...deps, product: clientOf('product'), user: clientOf('user') });
  },
};

/** Pages that show the mails of these subgraphs, at `/dev/mailbox`, to this machine alone. None in production. */
export function mailboxRoutesOf(subgraphs: readonly SubgraphModule[], { settings }: Resources): Routes {
  if (settings.environment === 'production') return {};
  const boxes = subgraphs.flatMap(({ name, mailbox }) => (mailbox ? [[name, mailbox] as const] : []));
  return boxes.length > 0 ? createMailboxRoutes(Object.fromEntries(boxes)) : {};
}

/** The user subgraph offers more than others: the keys of access tokens. */
export function isUserSubgraph(subgraph: SubgraphModule): subgraph is UserSubgraph {
  return subgraph.name === 'user';
}

/** Constructs one subgraph; `clientOf` says how it reaches its siblings. Opens nothing. */
export function createSubgraph(name: SubgraphName, resources: Resources, clientOf: ClientOf): SubgraphModule {
  const { settings, cache, bus, logger } = resources;
  const databaseUrl = settings.databases[name] ?? 'postgres://not.configured/none';
  return FACTORIES[name]({ settings, databaseUrl, cache, bus, logger: logger.child({ subgraph: name }) }, clientOf);
}

/** All subgraphs for one process: each reaches the others by a function call. */
export function createSubgraphs(resources: Resources): SubgraphModule[] {
  const modules = new Map<SubgraphName, SubgraphModule>();
  const clientOf = (name: SubgraphName): SubgraphClient => lateClient(name, () => modules.get(name)?.client);
  for (const name of SUBGRAPH_NAMES) modules.set(name, createSubgraph(name, resources, clientOf));
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

/** Reaches a subgraph that is another process. @throws CommandError when its URL or the signing key is not set */
export function httpClientOf(name: SubgraphName, resources: Resources): SubgraphClient {
  const { settings, lifecycle } = resources;
  const url = settings.subgraphUrls[name];
  if (url === null)
    throw new CommandError(
      `${name.toUpperCase()}_SUBGRAPH_URL is needed: where the ${name} subgraph serves, such as http://${name}:4000/graphql`,
    );
  const client = createHttpSubgraphClient({
    name,
    url,
    signingKey: signingKeyOf(resources),
    timeoutMs: settings.operationTimeoutMs,
  });
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
  return {
    name,
    execute: (request) => client().execute(request),
    subscribe: (request, receiver) => client().subscribe(request, receiver),
  };
}
