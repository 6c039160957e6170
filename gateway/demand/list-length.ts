import { isListType, isNonNullType, type FieldNode, type GraphQLArgument, type GraphQLField } from 'graphql';
import { badInput } from '../../platform/errors';
import type { ListSize } from './cost-directives';
import { givenTo, type GivenValue } from './given-value';

type Json = Readonly<Record<string, unknown>>;

/** How often something comes: a number, or told by the variables. */
export type Count = number | ((variables: Json) => number);

/**
 * What a list counts whose length nothing tells. Few of a record's own lists are longer; ten would refuse a tree that is read
 * five levels deep.
 */
export const PLAIN_LIST = 8;
/** What a page counts whose size was left open. */
const OPEN_PAGE = 100;
const PAGE_ARGUMENTS = ['first', 'last'];

/** How long the lists are that a field answers. */
export interface Lengths {
  /** Of the field itself, where it is a list; `null` where nothing tells. */
  readonly own: Count | null;
  /** Of the lists right in the page that it answers; `null` where it answers no page. */
  readonly inPage: Count | null;
  /** The names of these lists; `null` for all that nothing else tells of. */
  readonly sized: ReadonlySet<string> | null;
}

type Field = GraphQLField<unknown, unknown>;

/** By `@listSize`, one for each type that says something, else by what is usual: `first` and `last` tell of a page, a list of keys of what is asked by them. */
export function lengthsOf(field: Field, node: FieldNode, sizes: readonly ListSize[]): readonly Lengths[] {
  if (sizes.length > 0) return sizes.map((size) => declaredLengths(field, node, size));
  const page = pageOf(field, node);
  return [{ own: page ?? keysOf(field, node), inPage: page, sized: null }];
}

/** The largest of them. */
export function mostOf(counts: readonly Count[]): Count {
  const fixed = Math.max(0, ...counts.filter((count) => typeof count === 'number'));
  const others = counts.filter((count) => typeof count !== 'number');
  if (others.length === 0) return fixed;
  return (variables) => others.reduce((most, count) => Math.max(most, count(variables)), fixed);
}

function declaredLengths(field: Field, node: FieldNode, size: ListSize): Lengths {
  const count = size.slicingArguments.length > 0 ? slicedBy(field, node, size) : (size.assumedSize ?? PLAIN_LIST);
  return size.sizedFields.length > 0
    ? { own: null, inPage: count, sized: new Set(size.sizedFields) }
    : { own: count, inPage: null, sized: null };
}

/** The largest that is given; where one must be, @throws AppError BAD_USER_INPUT for none or several */
function slicedBy(field: Field, node: FieldNode, { slicingArguments, assumedSize, mustSlice }: ListSize): Count {
  const values = slicingArguments.map(([name = '', ...path]) => ({ given: givenTo(argumentOf(field, name), node), path }));
  const names = slicingArguments.map((path) => path.join('.')).join(', ');
  const count = (variables: Json): number => {
    const given = values
      .map(({ given: value, path }) => path.reduce<unknown>(memberOf, value.read(variables)))
      .filter((value) => typeof value === 'number');
    if (mustSlice && given.length !== 1) throw badInput(`${field.name}: ${names}`, 'say how many are asked: give exactly one');
    return given.length > 0 ? Math.max(0, ...given) : (assumedSize ?? OPEN_PAGE);
  };
  // What is missing is told to whoever asks, and not to whoever prepares.
  return mustSlice
    ? count
    : fixedWhere(
        values.map(({ given }) => given),
        count,
      );
}

/** `null` for a field that has no pages. */
function pageOf(field: Field, node: FieldNode): Count | null {
  const values = field.args.filter(({ name }) => PAGE_ARGUMENTS.includes(name)).map((argument) => givenTo(argument, node));
  if (values.length === 0) return null;
  return fixedWhere(values, (variables) => {
    const sizes = values.map((value) => value.read(variables)).filter((size) => typeof size === 'number');
    return sizes.length > 0 ? Math.max(0, ...sizes) : OPEN_PAGE;
  });
}

/** `null` for a list that is not asked by a list of keys. */
function keysOf(field: Field, node: FieldNode): Count | null {
  const keys = field.args.find(({ type }) => isNonNullType(type) && isListType(type.ofType));
  if (!keys) return null;
  const value = givenTo(keys, node);
  return fixedWhere([value], (variables) => {
    const given = value.read(variables);
    return Array.isArray(given) ? given.length : 1;
  });
}

function fixedWhere(values: readonly GivenValue[], count: (variables: Json) => number): Count {
  return values.every(({ isFixed }) => isFixed) ? count({}) : count;
}

function argumentOf(field: Field, name: string): GraphQLArgument | undefined {
  return field.args.find((each) => each.name === name);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
}
