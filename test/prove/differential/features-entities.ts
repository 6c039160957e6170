import { addField, nameOf, typeIn, type SubgraphDraft, type TypeDraft } from './draft';
import {
  entitiesIn,
  entityNames,
  isEntity,
  isPlain,
  isResolvable,
  objectsIn,
  withArguments,
  wrapped,
  type Feature,
  type Making,
} from './features-fields';

/** Another key, simple, composite or through another entity, of which some subgraphs know only some. */
export const anotherKey: Feature = (draft, making) => {
  const { random, fresh } = making;
  const name = random.pick(entityNames(draft));
  const owners = random.shuffled(draft.filter(({ types }) => types.get(name)?.kind === 'type')).slice(0, random.between(1, 3));
  const make = random.pick([simpleKey, compositeKey, entityKey]);
  const addKey = make(draft, making, name, fresh('k'));
  for (const subgraph of owners) {
    const type = subgraph.types.get(name) as TypeDraft;
    const fields = addKey(subgraph, type);
    const others = [...type.directives];
    const added = `@key(fields: "${fields}"${random.chance(0.2) ? ', resolvable: false' : ''})`;
    type.directives.clear();
    const keepsOld = random.chance(0.7) || others.length > 1;
    for (const each of random.chance(0.5) ? [added, ...others] : [...others, added])
      if (each === added || keepsOld || each !== '@key(fields: "id")') type.directives.add(each);
  }
};

type MakeKey = (
  draft: readonly SubgraphDraft[],
  making: Making,
  name: string,
  field: string,
) => (subgraph: SubgraphDraft, type: TypeDraft) => string;

const simpleKey: MakeKey = (_draft, { random }, _name, field) => {
  const fieldType = random.pick(['ID!', 'String!', 'Int!']);
  const isDouble = random.chance(0.3);
  return (_subgraph, type) => {
    addField(type, field, fieldType, ['@shareable']);
    if (isDouble) addField(type, `${field}b`, 'String!', ['@shareable']);
    return isDouble ? `${field} ${field}b` : field;
  };
};

const compositeKey: MakeKey = (_draft, { fresh }, _name, field) => {
  const value = fresh('KeyPart');
  return (subgraph, type) => {
    addField(typeIn(subgraph, value), 'code', 'String!', ['@shareable']);
    addField(type, field, `${value}!`, ['@shareable']);
    return `${field} { code }`;
  };
};

const entityKey: MakeKey = (draft, { random }, name, field) => {
  const other = random.maybe(entityNames(draft).filter((each) => each !== name)) ?? name;
  return (subgraph, type) => {
    const target = typeIn(subgraph, other);
    if (!isEntity(target)) target.directives.add('@key(fields: "id")');
    addField(target, 'id', 'ID!');
    addField(type, field, `${other}!`, ['@shareable']);
    return `${field} { id }`;
  };
};

/** A field that is computed from fields of other subgraphs. */
export const requiresField: Feature = (draft, making) => {
  const { random, fresh } = making;
  const subgraph = random.pick(draft);
  const type = random.maybe(entitiesIn(subgraph).filter(isResolvable));
  if (!type) return;
  const others = random.shuffled(draft.filter((other) => other !== subgraph && other.types.has(type.name)));
  const wanted = others.flatMap((other) => requirableOf(subgraph, type, other, making)).slice(0, random.between(1, 2));
  if (wanted.length === 0) return;
  const field = withArguments(addField(type, fresh('r'), wrapped(random.pick(['String', 'Int', 'Float']), random)), random);
  field.directives.add(`@requires(fields: "${wanted.map((add) => add()).join(' ')}")`);
};

/** What one subgraph can ask of another's fields of an entity; each adds what it needs as `@external` when it is taken. */
function requirableOf(subgraph: SubgraphDraft, type: TypeDraft, other: SubgraphDraft, { random }: Making): (() => string)[] {
  const fields = [...(other.types.get(type.name)?.fields ?? [])];
  const fitting = fields.filter(([name, field]) => {
    const own = type.fields.get(name);
    const isTaken = own !== undefined && !own.directives.has('@external');
    return (
      !isTaken &&
      ![...field.directives].some((each) => /^@(external|requires|override)/.test(each) && !each.startsWith('@requires'))
    );
  });
  return random.shuffled(fitting).flatMap(([name, field]) => {
    const needsArguments = [...field.args.values()].some((text) => text.includes('!') && !text.includes('='));
    const args = field.args.size > 0 ? requiredArguments(field.args, making(random)) : '';
    const declare = () => {
      const external = addField(type, name, field.type, ['@external']);
      for (const [argument, text] of field.args) external.args.set(argument, text);
    };
    if (isPlain(field) || [...field.directives].some((each) => each.startsWith('@requires')))
      return needsArguments && args === '' ? [] : [() => (declare(), `${name}${args}`)];
    const target = other.types.get(nameOf(field.type));
    const inner =
      target?.kind === 'type' ? [...target.fields].find(([, each]) => isPlain(each) && each.args.size === 0) : undefined;
    if (!target || !inner || args.includes('undefined')) return [];
    return [() => (declare(), declareInner(subgraph, target, inner[0], inner[1].type), `${name}${args} { ${inner[0]} }`)];
  });
}

function making(random: Making['random']): Pick<Making, 'random'> {
  return { random };
}

function declareInner(subgraph: SubgraphDraft, target: TypeDraft, field: string, fieldType: string): void {
  const isNew = !subgraph.types.has(target.name);
  const type = typeIn(subgraph, target.name);
  if (isEntity(target)) {
    if (!isEntity(type)) type.directives.add('@key(fields: "id", resolvable: false)');
    addField(type, 'id', 'ID!');
  }
  const isKnown = type.fields.has(field);
  if (!isKnown) addField(type, field, fieldType, isNew || isEntity(target) ? ['@external'] : ['@shareable']);
}

const LITERALS: Readonly<Record<string, readonly string[]>> = {
  Int: ['1', '3', '7'],
  String: ['\\"x\\"', '\\"y\\"'],
  ID: ['4', '\\"i\\"'],
  Float: ['2.5'],
  Boolean: ['true', 'false'],
  Color: ['GREEN', 'RED'],
  Filter: ['{ word: \\"z\\" }'],
  Blob: ['{ a: [1] }'],
};

function requiredArguments(args: ReadonlyMap<string, string>, { random }: Pick<Making, 'random'>): string {
  const given = [...args].flatMap(([name, text]) => {
    const [, type = ''] = /^(\w+)/.exec(text) ?? [];
    const literals = LITERALS[type];
    if (!literals || (!text.startsWith(`${type}! `) && text !== `${type}!` && random.chance(0.3))) return [];
    return [`${name}: ${random.pick(literals)}`];
  });
  return given.length > 0 ? `(${given.join(', ')})` : '';
}

/** A field that brings another subgraph's field along. */
export const providesField: Feature = (draft, { random }) => {
  const subgraph = random.pick(draft);
  const links = objectsIn(subgraph).flatMap((type) =>
    [...type.fields.values()].flatMap((field) => {
      const target = subgraph.types.get(nameOf(field.type));
      return target && isEntity(target) && field.directives.size === 0 ? [{ field, target }] : [];
    }),
  );
  const link = random.maybe(links);
  if (!link) return;
  const elsewhere = draft
    .filter((other) => other !== subgraph)
    .flatMap(({ types }) => [...(types.get(link.target.name)?.fields ?? [])]);
  const provided = random.maybe(
    elsewhere.filter(
      ([name, field]) =>
        isPlain(field) && (link.target.fields.get(name)?.directives.has('@external') ?? !link.target.fields.has(name)),
    ),
  );
  if (!provided) return;
  const [name, field] = provided;
  const external = addField(link.target, name, field.type, ['@external']);
  for (const [argument, text] of field.args) external.args.set(argument, text);
  link.field.directives.add(`@provides(fields: "${name}")`);
};

/** A field that is filled in from a record above. */
export const contextField: Feature = (draft, { random, fresh }) => {
  const subgraph = random.pick(draft);
  const holder = random.maybe(entitiesIn(subgraph).filter(isResolvable));
  const target = random.maybe(entitiesIn(subgraph).filter((type) => isResolvable(type) && type !== holder));
  if (!holder || !target) return;
  const context = fresh('ctx');
  const prop = fresh('prop');
  holder.directives.add(`@context(name: "${context}")`);
  addField(holder, prop, random.pick(['String!', 'String']));
  addField(holder, fresh('to'), wrapped(target.name, random));
  const field = withArguments(addField(target, fresh('c'), wrapped('String', random)), random);
  field.args.set('given', `String @fromContext(field: "$${context} { ${prop} }")`);
};
