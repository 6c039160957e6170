import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  Kind,
  valueFromASTUntyped,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Json } from '../executor/merge';

/**
 * What a list counts whose length nothing tells. Few of a record's own lists are longer; ten would refuse a tree that is read
 * five levels deep.
 */
const PLAIN_LIST = 8;
/** What a page counts whose size was left open. */
const OPEN_PAGE = 100;
const PAGE_ARGUMENTS = ['first', 'last'];

/** How many records an answer may hold, for the values of an operation's variables. */
export type AnswerSize = (variables: Readonly<Json>) => number;

/** How often something comes: a number, or told by the variables. */
type Count = number | ((variables: Readonly<Json>) => number);

interface Part {
  readonly count: Count;
  readonly inner: readonly Part[];
}

/**
 * Measures an operation that was found valid. A page (`first` or `last`) counts what was asked, also where it stands at the
 * field around `nodes` and `edges`; a list that is asked by keys counts these; other lists count 8.
 */
export function answerSizeOf(
  schema: GraphQLSchema,
  rootType: GraphQLNamedType | null | undefined,
  selections: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): AnswerSize {
  const parts = rootType ? partsOf({ schema, fragments }, rootType, selections, null) : [];
  return (variables) => recordsOf(parts, variables);
}

function recordsOf(parts: readonly Part[], variables: Readonly<Json>): number {
  let records = 0;
  for (const { count, inner } of parts) {
    const times = typeof count === 'number' ? count : count(variables);
    records += times * (1 + recordsOf(inner, variables));
  }
  return records;
}

interface Scope {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** @param page size of the page that `parent` is, for the lists right in it */
function partsOf(scope: Scope, parent: GraphQLNamedType, set: SelectionSetNode, page: Count | null): Part[] {
  return set.selections.flatMap((selection): Part[] => {
    if (selection.kind === Kind.FIELD) return partOf(scope, parent, selection, page);
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? scope.fragments.get(selection.name.value) : selection;
    if (!fragment) return [];
    const condition = fragment.typeCondition && scope.schema.getType(fragment.typeCondition.name.value);
    return partsOf(scope, condition ?? parent, fragment.selectionSet, page);
  });
}

function partOf(scope: Scope, parent: GraphQLNamedType, node: FieldNode, page: Count | null): Part[] {
  const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
  const type = field && getNamedType(field.type);
  if (!field || !node.selectionSet || !isCompositeType(type)) return [];
  const asked = pageOf(field, node);
  if (!isListType(isNonNullType(field.type) ? field.type.ofType : field.type))
    return [{ count: 1, inner: partsOf(scope, type, node.selectionSet, asked) }];
  const count = asked ?? page ?? keysOf(field, node) ?? PLAIN_LIST;
  return [{ count, inner: partsOf(scope, type, node.selectionSet, null) }];
}

/** `null` for a field that has no pages. */
function pageOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Count | null {
  const known = field.args.filter(({ name }) => PAGE_ARGUMENTS.includes(name));
  if (known.length === 0) return null;
  const values = known.map((argument) => valueOf(argument, node));
  return (variables) => {
    const sizes = values.map((value) => value(variables)).filter((size) => typeof size === 'number');
    return sizes.length > 0 ? Math.max(0, ...sizes) : OPEN_PAGE;
  };
}

/** `null` for a list that is not asked by a list of keys. */
function keysOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Count | null {
  const keys = field.args.find(({ type }) => isNonNullType(type) && isListType(type.ofType));
  if (!keys) return null;
  const value = valueOf(keys, node);
  return (variables) => {
    const given = value(variables);
    return Array.isArray(given) ? given.length : 1;
  };
}

function valueOf(argument: GraphQLArgument, node: FieldNode): (variables: Readonly<Json>) => unknown {
  const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
  if (!given) return () => argument.defaultValue;
  return (variables) => valueFromASTUntyped(given, variables) ?? argument.defaultValue;
}
