import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { parse, type GraphQLScalarType, type GraphQLSchema } from 'graphql';
import { buildSchemaSync, createResolversMap, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import type { Viewer } from '../auth';
import type { RequestLoaders } from '../loaders';
import { DateTimeScalar } from './scalars';

/** What every resolver gets as its context. */
export interface SubgraphContext {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly loaders: RequestLoaders<SubgraphContext>;
}

export type ReferenceResolver = (reference: Record<string, unknown>, context: SubgraphContext) => Promise<object | null>;

export interface SubgraphDefinition {
  readonly name: string;
  /** Constructed resolvers; their classes carry the TypeGraphQL decorators. */
  readonly resolvers: readonly object[];
  /** Entity and union types that no field of this subgraph returns by itself. */
  readonly orphanedTypes: readonly Function[];
  /** `__resolveReference` by type name; each goes through a loader, so that entities are always read in batches. */
  readonly references: Readonly<Record<string, ReferenceResolver>>;
  readonly scalars?: readonly { type: Function; scalar: GraphQLScalarType }[];
  /** The source of each field of Subscription, by field name; the resolver's method then shapes each event. */
  readonly subscriptions?: Readonly<Record<string, SubscriptionSource>>;
}

/** What the source of a subscription yields. Without a root it is a marker: all up to its position was told. */
export interface SourceEvent {
  /** Where it stands in the log that it comes from, a decimal integer as text, increasing; `null` where there is no log. */
  readonly position: string | null;
  /** What the subscription's field is resolved from. */
  readonly root?: unknown;
  /** When it happened, for whoever measures how late it is told: ISO 8601. */
  readonly at?: string;
}

/** Called once for a subscriber; throwing refuses them. The iterable's `return` is called when they leave. */
export type SubscriptionSource = (
  args: Readonly<Record<string, unknown>>,
  context: SubgraphContext,
) => AsyncIterable<SourceEvent> | Promise<AsyncIterable<SourceEvent>>;

/**
 * For the `subscribe` option of `@Subscription`: a decorator cannot reach a constructed service, so the source is given
 * to {@link buildSubgraph} as `subscriptions`.
 */
export function suppliedBySubgraph(): never {
  throw new Error('a field of Subscription has no source in SubgraphDefinition.subscriptions');
}

export interface SubgraphSchema {
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** Federation SDL, as it is committed in `schema/` and composed. */
  readonly sdl: string;
}

const FEDERATION_IMPORTS = [
  '@key',
  '@shareable',
  '@inaccessible',
  '@provides',
  '@external',
  '@requires',
  '@tag',
  '@override',
  '@composeDirective',
];

/**
 * `@cacheControl(maxAge: 60)` on a root field or type lets the gateway give everybody the same answer for a minute;
 * `scope: "PRIVATE"` below forbids it. A gateway with an entity cache keeps entities and root fields by it as well: without a
 * scope for those of whom the subgraph is told the same, `PRIVATE` for each viewer, `PUBLIC` one for all, so only where an
 * answer never depends on who asks; and all events that change it must touch it. `RIGHTS` says that an answer is equal for
 * viewers of equal roles and scopes: what completes the events of their subscriptions is asked for all of them at once. `@composeDirective` is what keeps it in the supergraph, where the gateway reads it.
 */
const CACHE_CONTROL = 'directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION';

/**
 * On a field of Subscription: its source knows positions, takes the arguments `after` and `snapshot`, and yields a marker
 * once what was missed has been told, so that the gateway may open it again after the last position that it has seen.
 * `@cacheControl(scope: "PUBLIC")` beside it says that its events are equal for everybody.
 */
const RESUMABLE = 'directive @resumable on FIELD_DEFINITION';

const LINK = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${FEDERATION_IMPORTS.map((name) => `"${name}"`).join(', ')}])
  @link(url: "https://mercato.example/cache/v1.0", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
  @link(url: "https://mercato.example/live/v1.0", import: ["@resumable"])
  @composeDirective(name: "@resumable")

${CACHE_CONTROL}

${RESUMABLE}

`;

/** TypeGraphQL asks for one where there is a subscription; ours read from sources of their own. */
const NO_PUB_SUB = { publish: suppliedBySubgraph, subscribe: suppliedBySubgraph };

/**
 * Turns TypeGraphQL resolvers into a subgraph: decorators -> GraphQLSchema -> SDL with directives -> Apollo's subgraph
 * schema with the same resolvers. Plain fields get graphql-js's default resolver, which is far cheaper than
 * TypeGraphQL's wrapper around every scalar.
 */
export function buildSubgraph(definition: SubgraphDefinition): SubgraphSchema {
  const instances = new Map(definition.resolvers.map((resolver) => [resolver.constructor, resolver]));
  for (const type of getMetadataStorage().objectTypes) type.simpleResolvers ??= true;
  const decorated = buildSchemaSync({
    resolvers: [...instances.keys()] as unknown as NonEmptyArray<Function>,
    orphanedTypes: [...definition.orphanedTypes],
    container: { get: (resolver) => instances.get(resolver) },
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }, ...(definition.scalars ?? [])],
    validate: false,
    pubSub: NO_PUB_SUB,
    // The federation directives on fields are declared by @link, which this intermediate schema does not have.
    skipCheck: true,
  });
  const sdl = LINK + printSchemaWithDirectives(decorated);
  const resolvers = createResolversMap(decorated) as Record<string, Record<string, unknown>>;
  for (const [type, resolveReference] of Object.entries(definition.references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: resolveReference };
  }
  for (const [field, source] of Object.entries(definition.subscriptions ?? {})) {
    const shaped = resolvers['Subscription']?.[field] as object;
    const subscribe = (_root: unknown, args: Record<string, unknown>, context: SubgraphContext) => source(args, context);
    resolvers['Subscription'] = { ...resolvers['Subscription'], [field]: { ...shaped, subscribe } };
  }
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  return { name: definition.name, schema, sdl };
}
