import { addField, nameOf, typeIn, type Draft, type FieldDraft, type SubgraphDraft, type TypeDraft } from './draft';
import type { Random } from './random';

/** What a feature needs to change a draft. */
export interface Making {
  readonly random: Random;
  /** A name that nothing has yet. */
  fresh(prefix: string): string;
}

/** One thing that a supergraph may have. It changes the draft it is given; whether the result composes is seen later. */
export type Feature = (draft: Draft, making: Making) => void;

const LEAVES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Color', 'Blob'];
const WRAPPERS: readonly ((name: string) => string)[] = [
  (name) => name,
  (name) => `${name}!`,
  (name) => `[${name}]`,
  (name) => `[${name}!]`,
  (name) => `[${name}]!`,
  (name) => `[${name}!]!`,
  (name) => `[[${name}]]`,
  (name) => `[[${name}!]!]`,
  (name) => `[[${name}!]]!`,
];
const ARGUMENTS = [
  'Int',
  'Int! = 3',
  'String = "d"',
  'ID',
  '[Int!]',
  '[[String]!]',
  'Filter',
  'Filter = { word: "w" }',
  '[Filter!]',
  'Color',
  'Color! = RED',
  'Blob',
  'Float = 1',
  'Boolean!',
];

export function wrapped(name: string, random: Random): string {
  return random.pick(random.chance(0.6) ? WRAPPERS.slice(0, 2) : WRAPPERS)(name);
}

export function isEntity(type: TypeDraft): boolean {
  return type.kind === 'type' && [...type.directives].some((each) => each.startsWith('@key'));
}

export function isResolvable(type: TypeDraft): boolean {
  return [...type.directives].some((each) => each.startsWith('@key') && !each.includes('resolvable: false'));
}

/** Types that records may have: entities, values and roots. */
export function objectsIn(subgraph: SubgraphDraft): TypeDraft[] {
  return [...subgraph.types.values()].filter(({ kind }) => kind === 'type');
}

export function entitiesIn(subgraph: SubgraphDraft): TypeDraft[] {
  return objectsIn(subgraph).filter((type) => isEntity(type) && !type.directives.has('@interfaceObject'));
}

export function entityNames(draft: Draft): string[] {
  return [...new Set(draft.flatMap((subgraph) => entitiesIn(subgraph).map(({ name }) => name)))];
}

/** Entities of other subgraphs are known by their key, mostly only to refer to them. */
export function entityIn(subgraph: SubgraphDraft, name: string, random: Random): TypeDraft {
  const known = subgraph.types.get(name);
  if (known) return known;
  const type = typeIn(subgraph, name);
  type.directives.add(random.chance(0.5) ? '@key(fields: "id", resolvable: false)' : '@key(fields: "id")');
  addField(type, 'id', 'ID!');
  return type;
}

export function withArguments(field: FieldDraft, random: Random): FieldDraft {
  const count = random.chance(0.35) ? random.between(1, 3) : 0;
  for (let at = 0; at < count; at += 1) field.args.set(`p${at}`, random.pick(ARGUMENTS));
  return field;
}

/** A leaf of an entity, in one subgraph or shared by several; of a value type, shared by all that know it. */
export const leafField: Feature = (draft, { random, fresh }) => {
  const subgraph = random.pick(draft);
  const type = random.pick(objectsIn(subgraph));
  const same = draft.flatMap(({ types }) => types.get(type.name) ?? []).filter(({ kind }) => kind === 'type');
  const isRoot = ['Query', 'Mutation'].includes(type.name);
  const owners = isEntity(type) || isRoot ? (random.chance(0.3) ? random.some(same) : [type]) : same;
  const name = fresh('f');
  const fieldType = wrapped(random.pick(LEAVES), random);
  const model = withArguments({ type: fieldType, args: new Map(), directives: new Set() }, random);
  for (const owner of owners) {
    const field = addField(owner, name, fieldType, owners.length > 1 ? ['@shareable'] : []);
    for (const [argument, text] of model.args) field.args.set(argument, text);
  }
};

/** A field that leads to an entity. */
export const linkField: Feature = (draft, { random, fresh }) => {
  const subgraph = random.pick(draft);
  const from = random.pick(objectsIn(subgraph).filter(({ name }) => name !== 'Mutation'));
  const target = entityIn(subgraph, random.pick(entityNames(draft)), random);
  withArguments(addField(from, fresh('to'), wrapped(target.name, random)), random);
};

/** A type without a key, known by one subgraph or shared. */
export const valueType: Feature = (draft, { random, fresh }) => {
  const name = fresh('Value');
  const fields = Array.from({ length: random.between(1, 3) }, () => [fresh('v'), wrapped(random.pick(LEAVES), random)] as const);
  const owners = random.some(draft, 3);
  for (const subgraph of owners) {
    const type = typeIn(subgraph, name);
    for (const [field, fieldType] of fields) addField(type, field, fieldType, owners.length > 1 ? ['@shareable'] : []);
    const from = random.pick(objectsIn(subgraph).filter((each) => each.name !== 'Mutation' && each !== type));
    withArguments(addField(from, fresh('has'), wrapped(name, random)), random);
  }
};

/** A field that one subgraph takes from another. */
export const overriddenField: Feature = (draft, { random }) => {
  const [from, to] = random.shuffled(draft);
  if (!from || !to) return;
  const type = random.maybe(entitiesIn(from).filter(({ name }) => to.types.has(name)));
  const taken =
    type && random.maybe([...type.fields].filter(([name, field]) => name.startsWith('f') && field.directives.size === 0));
  const owner = type && to.types.get(type.name);
  if (!taken || !owner || owner.fields.has(taken[0])) return;
  const field = addField(owner, taken[0], taken[1].type, [`@override(from: "${from.name}")`]);
  for (const [argument, text] of taken[1].args) field.args.set(argument, text);
};

/** A shared field that may be null in one of its subgraphs alone. */
export const unevenField: Feature = (draft, { random, fresh }) => {
  const name = random.pick(entityNames(draft));
  const owners = random.shuffled(draft.flatMap(({ types }) => types.get(name) ?? [])).slice(0, 3);
  if (owners.length < 2) return;
  const field = fresh('f');
  const leaf = random.pick(LEAVES);
  const types = random.pick([
    [`${leaf}!`, leaf],
    [`[${leaf}!]!`, `[${leaf}]!`],
    [`[${leaf}!]`, `[${leaf}]!`],
  ]);
  owners.forEach((owner, at) => addField(owner, field, types[at % 2] ?? leaf, ['@shareable']));
};

/** A root field that changes nothing, but whose turn is noticed. */
export const mutationField: Feature = (draft, { random, fresh }) => {
  const subgraph = random.pick(draft);
  const mutation = typeIn(subgraph, 'Mutation');
  const entity = random.pick(entitiesIn(subgraph));
  const type = random.chance(0.5) ? wrapped(entity.name, random) : wrapped(random.pick(LEAVES), random);
  withArguments(addField(mutation, fresh('do'), type), random);
};

export const renamedRoots: Feature = (draft, { random }) => {
  const subgraph = random.pick(draft);
  subgraph.rootNames.set('Query', random.pick(['RootQuery', 'Reads', 'QueryRoot']));
  if (random.chance(0.5)) subgraph.rootNames.set('Mutation', 'Writes');
};

/** Something that clients must not see. */
export const hidden: Feature = (draft, { random }) => {
  const subgraph = random.pick(draft);
  const type = random.pick([...subgraph.types.values()]);
  const drawn = random.next();
  if (type.kind === 'enum') random.maybe([...type.members.values()])?.add('@inaccessible');
  else if (type.kind !== 'scalar' && drawn < 0.15 && !['Query', 'Mutation'].includes(type.name))
    type.directives.add('@inaccessible');
  else if (type.kind === 'type' || type.kind === 'input')
    // The default of a hidden input would still reach the subgraph, and not the one schema that clients see.
    random.maybe([...type.fields.values()].filter((field) => !field.type.includes('=')))?.directives.add('@inaccessible');
};

/** Whether a field of this name holds what `@requires` may ask for. */
export function isPlain(field: FieldDraft): boolean {
  return [...field.directives].every((each) => each === '@shareable') && LEAVES.includes(nameOf(field.type));
}
