import { isEnumType, type GraphQLNamedType } from 'graphql';

/** Whether a value is one of a leaf type. Scalars of a schema's own take whatever comes. */
export function leafCheckOf(type: GraphQLNamedType): (value: unknown) => boolean {
  if (isEnumType(type)) return (value) => Boolean(type.getValue(value as string));
  return LEAF_CHECKS.get(type.name) ?? (() => true);
}

const LEAF_CHECKS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['String', (value: unknown) => typeof value === 'string'],
  ['ID', (value: unknown) => typeof value === 'string' || Number.isInteger(value)],
  ['Boolean', (value: unknown) => typeof value === 'boolean'],
  ['Int', (value: unknown) => typeof value === 'number' && (value | 0) === value],
  ['Float', (value: unknown) => typeof value === 'number'],
]);
