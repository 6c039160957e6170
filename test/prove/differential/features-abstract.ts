import { addField, emptySubgraph, typeIn, type Draft, type FieldDraft, type SubgraphDraft, type TypeDraft } from './draft';
import { entitiesIn, isEntity, objectsIn, withArguments, wrapped, type Feature, type Making } from './features-fields';

const SCALARS = ['String', 'Int', 'Float'];

function recordsIn(subgraph: SubgraphDraft): TypeDraft[] {
  return objectsIn(subgraph).filter(
    ({ name, directives }) => !['Query', 'Mutation'].includes(name) && !directives.has('@interfaceObject'),
  );
}

function linkTo(subgraph: SubgraphDraft, name: string, { random, fresh }: Making): void {
  const from = random.pick(objectsIn(subgraph).filter((type) => type.name !== 'Mutation'));
  withArguments(addField(from, fresh('any'), wrapped(name, random)), random);
}

/** An interface over some types of one subgraph, with a field that they all get. */
export const newInterface: Feature = (draft, making) => {
  const { random, fresh } = making;
  const subgraph = random.pick(draft);
  const name = fresh('Face');
  const field = fresh('i');
  const type = wrapped(random.pick(SCALARS), random);
  const implementing = random.some(recordsIn(subgraph), 3);
  const hasArguments = random.chance(0.3);
  const face = typeIn(subgraph, name, 'interface');
  addField(face, field, type.endsWith('!') && random.chance(0.3) ? type.slice(0, -1) : type);
  if (hasArguments) face.fields.get(field)?.args.set('p0', 'Int = 2');
  for (const record of implementing) {
    record.interfaces.add(name);
    const own = addField(record, field, type);
    if (hasArguments) own.args.set('p0', 'Int = 2');
    for (const other of draft) if (other !== subgraph && !isEntity(record)) shareWith(other, record.name, field, type, own.args);
  }
  if (implementing.every((record) => record.fields.get('id')?.type === 'ID!')) addField(face, 'id', 'ID!');
  linkTo(subgraph, name, making);
};

/** With the same arguments: those that one subgraph lacks would be nobody's. */
function addLike(type: TypeDraft, name: string, like: FieldDraft, directives: readonly string[] = []): void {
  const added = addField(type, name, like.type, directives);
  for (const [argument, text] of like.args) added.args.set(argument, text);
}

function shareWith(other: SubgraphDraft, name: string, field: string, type: string, args: ReadonlyMap<string, string>): void {
  const known = other.types.get(name);
  if (!known) return;
  const added = addField(known, field, type, ['@shareable']);
  for (const [argument, text] of args) added.args.set(argument, text);
}

/** An interface that another subgraph knows too, with other implementations or fields. */
export const knownInterface: Feature = (draft, making) => {
  const { random, fresh } = making;
  const face = random.maybe(facesOf(draft));
  const subgraph = random.pick(draft);
  if (!face || subgraph.types.has(face.name)) return;
  const fields = random.some([...face.fields]);
  const added = typeIn(subgraph, face.name, 'interface');
  const own = random.chance(0.4) ? fresh('i') : null;
  for (const [name, field] of fields) addLike(added, name, field);
  if (own) addField(added, own, 'Int');
  for (const record of random.some(recordsIn(subgraph), 3)) {
    record.interfaces.add(face.name);
    for (const [name, field] of fields) {
      const isElsewhere = draft.some((other) => other !== subgraph && other.types.get(record.name)?.fields.has(name));
      addLike(record, name, field, isElsewhere ? ['@shareable'] : []);
      if (isElsewhere) for (const other of draft) other.types.get(record.name)?.fields.get(name)?.directives.add('@shareable');
    }
    if (own) addField(record, own, 'Int');
  }
  linkTo(subgraph, face.name, making);
};

function facesOf(draft: Draft): TypeDraft[] {
  return draft.flatMap(({ types }) => [...types.values()]).filter(({ kind }) => kind === 'interface');
}

/** A field that returns an interface or union, or an interface that implements another. */
export const abstractLink: Feature = (draft, making) => {
  const subgraph = making.random.pick(draft);
  const abstract = making.random.maybe(
    [...subgraph.types.values()].filter(({ kind }) => kind === 'interface' || kind === 'union'),
  );
  if (abstract) linkTo(subgraph, abstract.name, making);
};

/** A union, in one subgraph or with different members in two. */
export const newUnion: Feature = (draft, making) => {
  const { random, fresh } = making;
  const name = fresh('Any');
  for (const subgraph of random.some(draft, 2)) {
    const members = random.some(recordsIn(subgraph), 3);
    if (members.length === 0) continue;
    const union = typeIn(subgraph, name, 'union');
    for (const member of members) union.members.set(member.name, new Set());
    linkTo(subgraph, name, making);
  }
};

/** An entity interface, to which another subgraph adds fields without knowing its implementations. */
export const interfaceObject: Feature = (draft, making) => {
  const { random, fresh } = making;
  const subgraph = random.pick(draft);
  const implementing = random.some(
    entitiesIn(subgraph).filter((type) => type.directives.has('@key(fields: "id")')),
    3,
  );
  if (implementing.length === 0) return;
  const name = fresh('Whole');
  const face = typeIn(subgraph, name, 'interface');
  face.directives.add('@key(fields: "id")');
  addField(face, 'id', 'ID!');
  if (random.chance(0.5)) {
    const field = fresh('i');
    addField(face, field, 'String');
    for (const record of implementing) addField(record, field, 'String');
  }
  for (const record of implementing) record.interfaces.add(name);
  if (random.chance(0.7)) linkTo(subgraph, name, making);
  const unaware = draft.filter((other) => !implementing.some((record) => other.types.has(record.name)));
  const adding = random.maybe(unaware) ?? addSubgraph(draft, making);
  if (adding) addInterfaceObject(adding, name, making);
};

/** Drafts are arrays all the same; only here one grows. */
function addSubgraph(draft: Draft, { fresh }: Making): SubgraphDraft | null {
  if (draft.length >= 6) return null;
  const added = emptySubgraph(fresh('extra'));
  for (const shared of draft[0]?.types.values() ?? [])
    if (['enum', 'input', 'scalar'].includes(shared.kind)) added.types.set(shared.name, structuredClone(shared));
  addField(typeIn(added, 'Query'), fresh('f'), 'Int');
  (draft as SubgraphDraft[]).push(added);
  return added;
}

function addInterfaceObject(subgraph: SubgraphDraft, name: string, making: Making): void {
  const { random, fresh } = making;
  const type = typeIn(subgraph, name);
  type.directives.add('@key(fields: "id")');
  type.directives.add('@interfaceObject');
  addField(type, 'id', 'ID!');
  const count = random.between(1, 3);
  for (let at = 0; at < count; at += 1) withArguments(addField(type, fresh('e'), wrapped(random.pick(SCALARS), random)), random);
  if (random.chance(0.7)) withArguments(addField(typeIn(subgraph, 'Query'), fresh('wholes'), wrapped(name, random)), random);
}
