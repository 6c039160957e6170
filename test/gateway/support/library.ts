import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { defaultFieldResolver, execute, parse, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { AppError } from '../../../platform/errors';
import { createSubgraphExecutor, type SubgraphClient } from '../../../platform/federation';
import { createLogger } from '../../../platform/observability';

/** A small library in three subgraphs, with what makes federation hard: interfaces, unions, @requires, @provides, nulls. */
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@composeDirective", "@inaccessible"])
  @link(url: "https://mercato.example/cache/v1.0", import: ["@cacheControl"]) @composeDirective(name: "@cacheControl")
  directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION\n`;

export const LIBRARY_SDL: Readonly<Record<string, string>> = {
  people: `${LINK}
    type Query { me: Person, person(id: ID!): Person, people: [Person!]! @cacheControl(maxAge: 60), nobody: Person, explode: String, mustExplode: String!
      echo(text: String = "hello", list: [Int!], input: EchoInput): String! }
    input EchoInput { word: String! times: Int = 2 }
    type Mutation { rename(id: ID!, name: String!): Person!, fail: String }
    type Person @key(fields: "id") { id: ID! name: String! @shareable email: String role: Role! address: Address manager: Person secret: String @cacheControl(scope: "PRIVATE") }
    type Address { city: String! zip: String }
    enum Role { READER WRITER HIDDEN @inaccessible }`,
  books: `${LINK}
    type Query { works: [Work!]!, items: [Item]!, book(id: ID!): Book, books: [Book!]! @cacheControl(maxAge: 30), grid: [[Book]], shelf: [Book]! }
    type Mutation { retitle(id: ID!, title: String!): Book! }
    type Subscription { bookAdded: Book!, ticks(to: Int!): Int!, stalled: Book! }
    interface Work { id: ID! title: String! author: Person }
    union Item = Book | Film
    type Book implements Work @key(fields: "id") { id: ID! title: String! pages: Int! cost: Int! author: Person tags: [[String]] format: Format }
    type Film implements Work @key(fields: "id") { id: ID! title: String! minutes: Int! author: Person sequel: Film }
    type Format { width: Int! height: Int }
    type Person @key(fields: "id") { id: ID! works: [Work!]! }`,
  reviews: `${LINK}
    type Query { reviews: [Review!]! , topReview: Review }
    type Mutation { review(book: ID!, body: String!): Review! }
    type Review @key(fields: "id") { id: ID! body: String! score: Int! book: Book by: Person @provides(fields: "name") }
    type Book @key(fields: "id") { id: ID! pages: Int! @external format: Format @external reviews: [Review!]! hours(speed: Int! = 30): Float! @requires(fields: "pages") area: Int @requires(fields: "format { width height }") fragile: String! flaky: String }
    type Format { width: Int! @external height: Int @external }
    type Film @key(fields: "id") { id: ID! reviews: [Review!]! }
    type Person @key(fields: "id") { id: ID! name: String! @external reviews: [Review!]! }`,
};

type Row = Record<string, unknown> & { id: string; __typename: string };

/** The library's records; each world has its own, so that mutations of one test are not seen by another. */
export class Library {
  readonly people = rows('Person', [
    {
      id: 'p1',
      name: 'Ada',
      email: 'ada@example.org',
      role: 'WRITER',
      address: { city: 'London', zip: null },
      manager: null,
      secret: 's1',
    },
    { id: 'p2', name: 'Bo', email: null, role: 'READER', address: null, manager: 'p1', secret: null },
    {
      id: 'p3',
      name: 'Cy',
      email: 'cy@example.org',
      role: 'WRITER',
      address: { city: 'Rome', zip: '00100' },
      manager: 'p2',
      secret: 's3',
    },
  ]);
  readonly books = rows('Book', [
    {
      id: 'b1',
      title: 'One',
      pages: 300,
      cost: 10,
      author: 'p1',
      tags: [['a', null], null, []],
      format: { width: 10, height: 20 },
    },
    { id: 'b2', title: 'Two', pages: 90, cost: 5, author: 'p3', tags: null, format: null },
    { id: 'b3', title: 'Three', pages: 15, cost: 7, author: null, tags: [], format: { width: 4, height: null } },
    { id: 'b4', title: 'Lost', pages: 1, cost: 1, author: 'p404', tags: [], format: null },
  ]);
  readonly films = rows('Film', [
    { id: 'f1', title: 'Uno', minutes: 100, author: 'p3', sequel: 'f2' },
    { id: 'f2', title: 'Due', minutes: 110, author: 'p1', sequel: null },
  ]);
  readonly reviewRows = rows('Review', [
    { id: 'r1', body: 'Good', score: 4, book: 'b1', by: 'p2' },
    { id: 'r2', body: 'Bad', score: 1, book: 'b1', by: 'p3' },
    { id: 'r3', body: 'Fine', score: 3, book: 'b2', by: 'p2' },
    { id: 'r4', body: 'Odd', score: 2, book: 'b404', by: null },
  ]);

  byId(list: readonly Row[], id: unknown): Row | null {
    return list.find((row) => row.id === id) ?? null;
  }
}

type Resolver = (source: Row, args: Record<string, never>, library: Library) => unknown;

/** One table of resolvers serves the subgraphs and the monolith that they are compared with. */
const RESOLVERS: Record<string, Record<string, Resolver>> = {
  Query: {
    me: (_s, _a, l) => l.people[0],
    person: (_s, { id }, l) => l.byId(l.people, id),
    people: (_s, _a, l) => l.people,
    nobody: () => null,
    explode: () => {
      throw new AppError('CONFLICT', 'boom', { fuse: 1 });
    },
    mustExplode: () => {
      throw new AppError('NOT_FOUND', 'boom');
    },
    echo: (_s, args) => JSON.stringify(args),
    works: (_s, _a, l) => [...l.books.slice(0, 3), ...l.films],
    items: (_s, _a, l) => [l.books[1], null, l.films[0]],
    book: (_s, { id }, l) => l.byId(l.books, id),
    books: (_s, _a, l) => l.books.slice(0, 3),
    shelf: (_s, _a, l) => [l.books[3], l.books[0], null, l.books[0]],
    grid: (_s, _a, l) => [[l.books[0], null, l.books[1]], null, [], [l.books[0]]],
    reviews: (_s, _a, l) => l.reviewRows,
    topReview: (_s, _a, l) => l.reviewRows[0],
  },
  Mutation: {
    rename: (_s, { id, name }, l) => Object.assign(l.byId(l.people, id) ?? {}, { name }),
    fail: () => {
      throw new AppError('FORBIDDEN', 'no');
    },
    retitle: (_s, { id, title }, l) => Object.assign(l.byId(l.books, id) ?? {}, { title }),
    review: (_s, { book, body }, l) => {
      l.reviewRows.push({ __typename: 'Review', id: `r${l.reviewRows.length + 1}`, body, score: 5, book, by: 'p1' });
      return l.reviewRows.at(-1);
    },
  },
  Person: {
    manager: (p, _a, l) => l.byId(l.people, p['manager']),
    works: (p, _a, l) => [...l.books.slice(0, 3), ...l.films].filter((work) => work['author'] === p.id),
    reviews: (p, _a, l) => l.reviewRows.filter((review) => review['by'] === p.id),
  },
  Book: {
    author: (b, _a, l) => l.byId(l.people, b['author']),
    reviews: (b, _a, l) => l.reviewRows.filter((review) => review['book'] === b.id),
    hours: (b, args) => Number(b['pages']) / Number(args['speed']),
    area: (b) => {
      const format = b['format'] as { width: number; height: number | null } | null;
      return format ? format.width * (format.height ?? 1) : null;
    },
    fragile: (b) => {
      if (b.id === 'b2') throw new AppError('CONFLICT', 'fragile broke');
      return `fragile ${b.id}`;
    },
    flaky: (b) => {
      if (b.id === 'b1') throw new AppError('CONFLICT', 'flaky broke');
      return `flaky ${b.id}`;
    },
  },
  Film: {
    author: (f, _a, l) => l.byId(l.people, f['author']),
    sequel: (f, _a, l) => l.byId(l.films, f['sequel']),
    reviews: () => [],
  },
  Review: {
    book: (r, _a, l) => l.byId(l.books, r['book']),
    by: (r, _a, l) => l.byId(l.people, r['by']),
  },
};

/** The whole library in one schema, executed by graphql-js: what the gateway must answer too. */
export async function executeMonolith(
  schema: GraphQLSchema,
  library: Library,
  query: string,
  variables: Record<string, unknown> = {},
) {
  const fieldResolver: GraphQLFieldResolver<Row, unknown> = (source, args, context, info) => {
    const resolver = RESOLVERS[info.parentType.name]?.[info.fieldName];
    return resolver ? resolver(source, args as never, library) : defaultFieldResolver(source, args, context, info);
  };
  return execute({ schema, document: parse(query), variableValues: variables, rootValue: {}, fieldResolver });
}

/** Executors of the three subgraphs over one library. */
export function librarySubgraphs(library: Library): Map<string, SubgraphClient> {
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  return new Map(
    Object.entries(LIBRARY_SDL).map(([name, sdl]) => {
      const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolversFor(sdl, library) as never }]);
      return [name, createSubgraphExecutor({ name, schema, sdl }, logger)];
    }),
  );
}

export function librarySupergraph(change: Readonly<Record<string, string>> = {}): string {
  const services = Object.entries({ ...LIBRARY_SDL, ...change }).map(([name, sdl]) => ({
    name,
    typeDefs: parse(sdl),
    url: `http://${name}.invalid`,
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(`the library does not compose: ${errors?.map(String).join('\n')}`);
  return supergraphSdl;
}

/** Only what this subgraph's SDL declares; references find the whole record or nothing. */
function resolversFor(sdl: string, library: Library): Record<string, Record<string, unknown>> {
  const resolvers: Record<string, Record<string, unknown>> = {};
  for (const definition of parse(sdl).definitions) {
    if (definition.kind !== 'ObjectTypeDefinition') continue;
    const fields: Record<string, unknown> = {};
    for (const field of definition.fields ?? []) {
      const resolver = RESOLVERS[definition.name.value]?.[field.name.value];
      if (resolver) fields[field.name.value] = (source: Row, args: never) => resolver(source, args, library);
    }
    const lists: Record<string, Row[]> = {
      Person: library.people,
      Book: library.books,
      Film: library.films,
      Review: library.reviewRows,
    };
    const list = lists[definition.name.value];
    // What @requires brought stands in the reference, and wins: a subgraph does not own it.
    if (list) fields['__resolveReference'] = (reference: Row) => mergeReference(library.byId(list, reference.id), reference);
    resolvers[definition.name.value] = fields;
  }
  resolvers['Subscription'] = {
    bookAdded: {
      subscribe: async function* () {
        yield* library.books.slice(0, 2).map((book) => ({ position: null, root: { bookAdded: book } }));
      },
    },
    ticks: {
      subscribe: async function* (_s: unknown, { to }: { to: number }) {
        for (let at = 1; at <= to; at += 1) yield { position: null, root: { ticks: at } };
      },
    },
    stalled: { subscribe: () => stalledForever() },
  };
  if (!sdl.includes('type Subscription')) delete resolvers['Subscription'];
  return resolvers;
}

/** How many stalled subscriptions were begun and ended, to see that ends reach the source. */
export const stalled = { begun: 0, ended: 0, onEnd: (): void => undefined };

function stalledForever(): AsyncIterableIterator<never> {
  stalled.begun += 1;
  let finish: (result: IteratorResult<never>) => void = () => undefined;
  const iterator: AsyncIterableIterator<never> = {
    next: () => new Promise((resolve) => (finish = resolve)),
    return: async () => {
      stalled.ended += 1;
      stalled.onEnd();
      finish({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

function mergeReference(row: Row | null, reference: Row): Row | null {
  return row && { ...row, ...reference };
}

function rows(typename: string, values: readonly (Record<string, unknown> & { id: string })[]): Row[] {
  return values.map((value) => ({ __typename: typename, ...value }));
}
