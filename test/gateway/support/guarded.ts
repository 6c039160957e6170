import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createSubgraphExecutor, type SubgraphClient } from '../../../platform/federation';
import { createLogger } from '../../../platform/observability';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires",
  "@authenticated", "@requiresScopes", { name: "@policy", as: "@rule" }, "@composeDirective"])
  @link(url: "https://mercato.example/cache/v1.0", import: ["@cacheControl"]) @composeDirective(name: "@cacheControl")
  directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION\n`;

/** A firm in two subgraphs, with every kind of thing that may be protected. */
export const GUARDED_SDL: Readonly<Record<string, string>> = {
  staff: `${LINK}
    type Query {
      motto: String! @cacheControl(maxAge: 60)
      me: Person @authenticated
      boss: Person!
      people: [Person!] @cacheControl(maxAge: 60)
      node(id: ID!): Node
      found: [Found]
      foundAll: [Found!]
      vault: String @rule(policies: [["open"]])
      must: String! @authenticated
    }
    type Mutation { fire(id: ID!): Boolean @requiresScopes(scopes: [["users:write"]]) praise: String mustFire: Boolean! @authenticated }
    type Subscription { hired: Person secrets: String @authenticated }
    interface Node { id: ID! label: String }
    union Found = Person | Safe
    type Person implements Node @key(fields: "id") {
      id: ID! label: String name: String! level: Level
      salary: Int @requiresScopes(scopes: [["users:read", "orders:read"], ["users:write"]])
      born: Date
      desk: Desk
    }
    type Safe implements Node @authenticated { id: ID! label: String code: String! @requiresScopes(scopes: [["users:write"]]) }
    type Desk { room: Int! key: String! @authenticated }
    enum Level @authenticated { HIGH LOW }
    scalar Date @requiresScopes(scopes: [["users:read"]])`,
  pay: `${LINK}
    type Query { bonuses: Int }
    scalar Date
    type Person @key(fields: "id") { id: ID! salary: Int @external bonus: Int @requires(fields: "salary") @requiresScopes(scopes: [["users:read", "orders:read"], ["users:write"]]) grade: String }`,
};

const PEOPLE = [
  {
    __typename: 'Person',
    id: 'p1',
    label: 'Ada',
    name: 'Ada',
    level: 'HIGH',
    salary: 9,
    born: '1815',
    desk: { room: 1, key: 'k1' },
  },
  { __typename: 'Person', id: 'p2', label: 'Bo', name: 'Bo', level: 'LOW', salary: 5, born: '1990', desk: null },
];
const SAFE = { __typename: 'Safe', id: 's1', label: 'Safe', code: '0000' };

export interface GuardedWorld {
  readonly supergraphSdl: string;
  readonly subgraphs: Map<string, SubgraphClient>;
  /** Texts of what subgraphs were asked. */
  readonly asked: string[];
  readonly fired: string[];
}

export function guardedWorld(): GuardedWorld {
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  const asked: string[] = [];
  const fired: string[] = [];
  const subgraphs = Object.entries(GUARDED_SDL).map(([name, sdl]): [string, SubgraphClient] => {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers(fired)[name] as never }]);
    return [name, watched(createSubgraphExecutor({ name, schema, sdl }, logger), asked)];
  });
  return { supergraphSdl: guardedSupergraph(), subgraphs: new Map(subgraphs), asked, fired };
}

export function guardedSupergraph(): string {
  const services = Object.entries(GUARDED_SDL).map(([name, sdl]) => ({
    name,
    typeDefs: parse(sdl),
    url: `http://${name}.invalid`,
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(`the firm does not compose: ${errors?.map(String).join('\n')}`);
  return supergraphSdl;
}

function watched(client: SubgraphClient, asked: string[]): SubgraphClient {
  return new Proxy(client, {
    get: (target, name, receiver) => {
      const member = Reflect.get(target, name, receiver) as unknown;
      if (typeof member !== 'function') return member;
      return (request: { query?: unknown }, ...rest: unknown[]) => {
        if (typeof request?.query === 'string') asked.push(request.query);
        return member.call(target, request, ...rest) as unknown;
      };
    },
  });
}

function resolvers(fired: string[]): Record<string, unknown> {
  const typed = { __resolveType: ({ __typename }: { __typename: string }) => __typename };
  return {
    staff: {
      Query: {
        motto: () => 'work',
        me: () => PEOPLE[0],
        boss: () => PEOPLE[0],
        people: () => PEOPLE,
        node: (_root: unknown, { id }: { id: string }) => [...PEOPLE, SAFE].find((each) => each.id === id),
        found: () => [PEOPLE[0], SAFE, null],
        foundAll: () => [PEOPLE[0], SAFE],
        vault: () => 'gold',
        must: () => 'must',
      },
      Mutation: {
        fire: (_root: unknown, { id }: { id: string }) => fired.push(id) > 0,
        praise: () => fired.push('praise') && 'well done',
        mustFire: () => fired.push('must') > 0,
      },
      Subscription: {
        hired: {
          subscribe: async function* () {
            yield { position: null, root: { hired: PEOPLE[0] } };
          },
        },
        secrets: {
          subscribe: async function* () {
            fired.push('secrets');
            yield { position: null, root: { secrets: 'x' } };
          },
        },
      },
      Node: typed,
      Found: typed,
      Person: { __resolveReference: ({ id }: { id: string }) => PEOPLE.find((each) => each.id === id) },
    },
    pay: {
      Query: { bonuses: () => 3 },
      Person: {
        __resolveReference: (reference: unknown) => reference,
        bonus: ({ salary }: { salary: number }) => salary * 2,
        grade: ({ id }: { id: string }) => `grade ${id}`,
      },
    },
  };
}
