import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';

/** Deterministic numbers from a seed, so that a failing operation can be made again. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const MAX_DEPTH = 5;
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'Query.person': ['(id: "p1")', '(id: "p3")', '(id: "p404")'],
  'Query.book': ['(id: "b1")', '(id: "b2")', '(id: "b404")'],
  'Book.hours': ['', '(speed: 10)', '(speed: $speed)'],
};

/**
 * A random valid query over a schema: aliases, fragments on object and abstract types, conditions, repeated fields. An
 * alias names its field and arguments, so that fields of one name can always be merged.
 */
export function randomQuery(schema: GraphQLSchema, random: () => number): string {
  const query = schema.getQueryType();
  if (!query) throw new Error('the schema has no queries');
  const body = selectionOn(schema, query, random, MAX_DEPTH);
  return `query ($yes: Boolean! = true, $no: Boolean! = false, $speed: Int! = 15) { __typename @include(if: $yes) t: __typename @skip(if: $no) s: book(id: "b1") { hours(speed: $speed) } ${body} }`;
}

function selectionOn(schema: GraphQLSchema, type: GraphQLCompositeType, random: () => number, depth: number): string {
  const fields =
    'getFields' in type
      ? Object.values(type.getFields()).filter((field) => depth > 1 || !isCompositeType(getNamedType(field.type)))
      : [];
  const parts = ['__typename'];
  const count = 1 + Math.floor(random() * 4);
  for (let at = 0; at < count && fields.length > 0; at += 1) {
    const field = fields[Math.floor(random() * fields.length)];
    if (field && isAnswerable(type, field)) parts.push(fieldText(schema, type, field, random, depth));
  }
  for (const part of fragmentsOn(schema, type, random, depth)) parts.push(part);
  return parts.slice(random() < 0.5 && parts.length > 1 ? 1 : 0).join(' ');
}

function fragmentsOn(schema: GraphQLSchema, type: GraphQLCompositeType, random: () => number, depth: number): string[] {
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  const around = Object.values(schema.getTypeMap()).filter(
    (other): other is GraphQLCompositeType => isAbstractType(other) && isObjectType(type) && schema.isSubType(other, type),
  );
  return [...possible, ...around].flatMap((target) => {
    if (random() < (isAbstractType(type) ? 0.3 : 0.85)) return [];
    return [`... on ${target.name}${conditionOf(random)} { ${selectionOn(schema, target, random, depth)} }`];
  });
}

function fieldText(
  schema: GraphQLSchema,
  parent: GraphQLCompositeType,
  field: GraphQLField<unknown, unknown>,
  random: () => number,
  depth: number,
): string {
  const choices = ARGUMENTS[`${parent.name}.${field.name}`] ?? [''];
  const choice = Math.floor(random() * choices.length);
  const isAliased = choice > 0 || random() < 0.2;
  const alias = isAliased
    ? `${field.name}_${parent.name}_${choice}: `
    : choice === 0 && choices[0] !== ''
      ? `${field.name}_0: `
      : '';
  const type = getNamedType(field.type);
  const nested = isCompositeType(type) ? ` { ${selectionOn(schema, type, random, depth - 1)} }` : '';
  return `${alias}${field.name}${choices[choice] ?? ''}${conditionOf(random)}${nested}`;
}

function conditionOf(random: () => number): string {
  const drawn = random();
  if (drawn > 0.15) return '';
  return drawn < 0.05 ? ' @skip(if: $yes)' : drawn < 0.1 ? ' @include(if: $yes)' : ' @skip(if: $no)';
}

/** Fields that throw have tests of their own: errors in many places would hide everything else. */
function isAnswerable(parent: GraphQLCompositeType, field: GraphQLField<unknown, unknown>): boolean {
  return !['explode', 'mustExplode', 'echo', 'fragile', 'flaky'].includes(field.name) && parent.name !== 'Subscription';
}
