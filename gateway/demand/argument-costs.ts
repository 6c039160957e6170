import { getNamedType, isInputObjectType, type FieldNode, type GraphQLField, type GraphQLInputType } from 'graphql';
import type { CostDirectives } from './cost-directives';
import { givenTo } from './given-value';
import type { Count } from './list-length';

type Json = Readonly<Record<string, unknown>>;

/** What a field's arguments cost where `@cost` says so: for each value that is given, in input objects and lists too. */
export function argumentCosts(
  directives: CostDirectives,
  places: readonly string[],
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): Count[] {
  if (!directives.hasWeights) return [];
  return field.args.flatMap((argument) => {
    const weight = Math.max(0, ...places.map((place) => directives.weightOf(`${place}.${argument.name}`) ?? 0));
    if (weight === 0 && !hasWeight(directives, argument.type, new Set())) return [];
    const value = givenTo(argument, node);
    const cost = (variables: Json): number => costOfValue(directives, argument.type, value.read(variables), weight);
    return [value.isFixed ? cost({}) : cost];
  });
}

function costOfValue(directives: CostDirectives, type: GraphQLInputType, value: unknown, weight: number): number {
  if (value === null || value === undefined) return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + costOfValue(directives, type, item, weight), 0);
  const named = getNamedType(type);
  const own = weight + (directives.weightOf(named.name) ?? 0);
  if (!isInputObjectType(named) || typeof value !== 'object') return own;
  return Object.values(named.getFields()).reduce((sum, field) => {
    const given = (value as Json)[field.name];
    return sum + costOfValue(directives, field.type, given, directives.weightOf(`${named.name}.${field.name}`) ?? 0);
  }, own);
}

/** Whether any value of a type could cost something. */
function hasWeight(directives: CostDirectives, type: GraphQLInputType, seen: Set<string>): boolean {
  const named = getNamedType(type);
  if (seen.has(named.name)) return false;
  seen.add(named.name);
  if (directives.weightOf(named.name) !== undefined) return true;
  if (!isInputObjectType(named)) return false;
  return Object.values(named.getFields()).some(
    (field) => directives.weightOf(`${named.name}.${field.name}`) !== undefined || hasWeight(directives, field.type, seen),
  );
}
