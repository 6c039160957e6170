import { ArgsType, Directive, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { badInput } from '../errors';

export const MAX_PAGE = 100;

/** The arguments of every connection field. Read them with {@link readPage}. */
@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, { nullable: true, description: 'How many from the start, 1 to 100. Give either first or last.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Begin after this cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many from the end, 1 to 100. Give either first or last.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'End before this cursor.' })
  before?: string | null;
}

/** One page to read: `limit` records after (or, backward, before) `cursor`. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | null;
  readonly backward: boolean;
}

/** @throws BAD_USER_INPUT when neither or both of first and last are given, or one is not from 1 to 100 */
export function readPage(args: ConnectionArgs): PageRequest {
  const { first, last } = args;
  if ((first ?? null) === null && (last ?? null) === null) throw badInput('first', `or last is needed, from 1 to ${MAX_PAGE}`);
  if (typeof first === 'number' && typeof last === 'number')
    throw badInput('last', 'cannot stand beside first; give one of them');
  const backward = typeof last === 'number';
  const limit = backward ? last : (first ?? 0);
  if (limit < 1 || limit > MAX_PAGE) throw badInput(backward ? 'last' : 'first', `must be from 1 to ${MAX_PAGE}`);
  if (backward && args.after) throw badInput('after', 'goes with first; with last, use before');
  if (!backward && args.before) throw badInput('before', 'goes with last; with first, use after');
  return { limit, backward, cursor: (backward ? args.before : args.after) ?? null };
}

@Directive('@shareable')
@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow after endCursor.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether more precede startCursor.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge; null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last edge; null on an empty page.' })
  endCursor: string | null;
}

/** A page of records, as services answer it. `totalCount` is counted only when a client asks for it. */
export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
  readonly totalCount: () => Promise<number>;
}

/** What resolvers answer for a connection field: the page, with `nodes` as a short cut. */
export interface ConnectionOf<T> extends Page<T> {
  readonly nodes: readonly T[];
}

export function toConnection<T>(page: Page<T>): ConnectionOf<T> {
  return { ...page, nodes: page.edges.map((edge) => edge.node) };
}

/**
 * Makes the `<name>Connection` and `<name>Edge` types of a node type; call it once for each, in the slice that owns it.
 * `isShareable` where several subgraphs have lists of the same value type.
 */
export function connectionType<T extends object>(
  node: ClassType<T>,
  name: string,
  { isShareable = false }: { readonly isShareable?: boolean } = {},
): ClassType<ConnectionOf<T>> {
  @ObjectType(`${name}Edge`, { description: `A ${name} and its place in a list.`, simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'Opaque; give it to after or before.' })
    cursor: string;

    @Field(() => node, { description: `The ${name}.` })
    node: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.`, simpleResolvers: true })
  class Connection {
    @Field(() => [Edge], { description: 'The page with a cursor for each.' })
    edges: Edge[];

    @Field(() => [node], { description: 'The page without cursors.' })
    nodes: T[];

    @Field(() => PageInfo, { description: 'Where the page stands in the list.' })
    pageInfo: PageInfo;

    @Field(() => Int, { description: 'How many the whole list has. Counted only when asked for.' })
    totalCount(): Promise<number> {
      // Every page brings its own function of this name; that this is a method makes TypeGraphQL call it.
      throw new Error(`a page of ${name} says how many there are`);
    }
  }
  if (isShareable) for (const type of [Edge, Connection]) Directive('@shareable')(type);
  return Connection as unknown as ClassType<ConnectionOf<T>>;
}
