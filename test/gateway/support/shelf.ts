import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { AppError } from '../../../platform/errors';
import { createSubgraphExecutor, type SubgraphClient, type SubgraphContext } from '../../../platform/federation';
import { createLogger } from '../../../platform/observability';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@composeDirective"])
  @link(url: "https://mercato.example/cache/v1.0", import: ["@cacheControl"]) @composeDirective(name: "@cacheControl")
  directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION\n`;

/** A shelf of goods: one subgraph lists them, the other knows what they are, with each kind of hint and without. */
const SHELF_SDL: Readonly<Record<string, string>> = {
  list: `${LINK}
    type Query {
      goods(ids: [ID!]!): [Good!]!
      boxes(codes: [String!]!): [Box!]!
      news: String @cacheControl(maxAge: 60, scope: "PUBLIC")
      greeting(word: String = "hello"): String! @cacheControl(maxAge: 60)
      mine: String! @cacheControl(maxAge: 60, scope: "PRIVATE")
      unkept: String!
      best: Good @cacheControl(maxAge: 60, scope: "PUBLIC")
    }
    type Mutation { rename(id: ID!, name: String!): Good! }
    type Good @key(fields: "id") { id: ID! weight: Int }
    type Box @key(fields: "code") { code: String! }`,
  facts: `${LINK}
    type Query { facts: Int }
    type Good @key(fields: "id") {
      id: ID!
      weight: Int @external
      name: String! @cacheControl(maxAge: 60, scope: "PUBLIC")
      brief: String! @cacheControl(maxAge: 2, scope: "PUBLIC")
      long(times: Int = 2): String! @cacheControl(maxAge: 60, scope: "PUBLIC")
      fee: Int! @requires(fields: "weight") @cacheControl(maxAge: 60, scope: "PUBLIC")
      maker: Maker @cacheControl(maxAge: 60, scope: "PUBLIC")
      fragile: String! @cacheControl(maxAge: 60, scope: "PUBLIC")
      price: String! @cacheControl(maxAge: 60)
      note: String! @cacheControl(maxAge: 60, scope: "PRIVATE")
      stock: Int!
    }
    type Maker @key(fields: "id") { id: ID! name: String! }
    type Box @key(fields: "code") { code: String! content: String! @cacheControl(maxAge: 60, scope: "PUBLIC") }`,
};

/** A call of a subgraph; `asked` names the entities it was asked for. */
export interface ShelfCall {
  readonly subgraph: string;
  readonly asked: readonly string[];
}

/** What subgraphs know; tests change it, and tell of that or not. */
export class Shelf {
  readonly names = new Map<string, string>();
  readonly weights = new Map<string, number>();
  readonly contents = new Map<string, string>();
  readonly calls: ShelfCall[] = [];
  maker = 'Ada';
  news: string | null = 'news';
  isBroken = false;
  /** Called when `facts` has made its answer, before it is given. */
  beforeAnswer: (subgraph: string) => Promise<void> | void = () => undefined;

  /** What was asked of a subgraph since the last look. */
  asked(subgraph: string): string[][] {
    const asked = this.calls.filter((call) => call.subgraph === subgraph).map((call) => [...call.asked]);
    this.calls.length = 0;
    return asked;
  }

  clients(): Map<string, SubgraphClient> {
    const logger = createLogger({ logLevel: 'silent' }, 'shelf');
    const resolvers = this.resolvers();
    return new Map(
      Object.entries(SHELF_SDL).map(([name, sdl]) => {
        const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers[name] as never }]);
        return [name, this.watched(createSubgraphExecutor({ name, schema, sdl }, logger))];
      }),
    );
  }

  private watched(client: SubgraphClient): SubgraphClient {
    return {
      ...client,
      execute: async (request) => {
        const entities = (request.variables?.['representations'] ?? []) as Record<string, string>[];
        this.calls.push({ subgraph: client.name, asked: entities.map(({ id, code }) => id ?? code ?? '') });
        if (this.isBroken && client.name === 'facts') throw new AppError('UPSTREAM_UNAVAILABLE', 'facts is away');
        const response = await client.execute(request);
        await this.beforeAnswer(client.name);
        return response;
      },
    };
  }

  private resolvers(): Readonly<Record<string, Record<string, unknown>>> {
    const told = (word: string, { viewer }: SubgraphContext): string => `${word} for ${viewer.userId ?? 'anybody'}`;
    const good = (id: string) => (id === 'none' ? null : { __typename: 'Good', id });
    return {
      list: {
        Query: {
          goods: (_s: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, weight: this.weights.get(id) ?? 1 })),
          boxes: (_s: unknown, { codes }: { codes: string[] }) => codes.map((code) => ({ code })),
          news: () => this.news,
          greeting: (_s: unknown, { word }: { word: string }, context: SubgraphContext) => told(word, context),
          mine: (_s: unknown, _a: unknown, context: SubgraphContext) => told('mine', context),
          unkept: () => 'unkept',
          best: () => ({ id: 'g1', weight: 1 }),
        },
        Mutation: {
          rename: (_s: unknown, { id, name }: { id: string; name: string }) => {
            this.names.set(id, name);
            return { id };
          },
        },
        Good: { __resolveReference: ({ id }: { id: string }) => good(id) },
      },
      facts: {
        Good: {
          __resolveReference: (reference: { id: string }) => good(reference.id) && reference,
          name: ({ id }: { id: string }) => this.nameOf(id),
          brief: ({ id }: { id: string }) => this.nameOf(id),
          long: ({ id }: { id: string }, { times }: { times: number }) => this.nameOf(id).repeat(times),
          fee: ({ weight }: { weight: number }) => weight * 10,
          maker: () => ({ id: 'm1', name: this.maker }),
          fragile: ({ id }: { id: string }) => {
            if (id === 'g2') throw new AppError('CONFLICT', 'it broke');
            return this.nameOf(id);
          },
          price: ({ id }: { id: string }, _a: unknown, context: SubgraphContext) => told(this.nameOf(id), context),
          note: ({ id }: { id: string }, _a: unknown, context: SubgraphContext) => told(this.nameOf(id), context),
          stock: () => 1,
        },
        Box: {
          __resolveReference: (reference: { code: string }) => reference,
          content: ({ code }: { code: string }) => this.contents.get(code) ?? `in ${code}`,
        },
      },
    };
  }

  private nameOf(id: string): string {
    return this.names.get(id) ?? `name of ${id}`;
  }
}

export function shelfSupergraph(): string {
  const services = Object.entries(SHELF_SDL).map(([name, sdl]) => ({
    name,
    typeDefs: parse(sdl),
    url: `http://${name}.invalid`,
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(`the shelf does not compose: ${errors?.map(String).join('\n')}`);
  return supergraphSdl;
}
