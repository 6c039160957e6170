import {
  buildASTSchema,
  Kind,
  print,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  type NameNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
} from 'graphql';
import { named, type FieldView, type SubgraphView, type TypeView } from './federation';

/** The one schema that the subgraphs make together, by rules of our own rather than Apollo's composition. */
export interface MergedSchemas {
  /** Everything, for values that only subgraphs see. */
  readonly full: GraphQLSchema;
  /** Without what is `@inaccessible`: what clients see. */
  readonly api: GraphQLSchema;
}

export function mergeSubgraphs(subgraphs: readonly SubgraphView[]): MergedSchemas {
  return { full: schemaOf(subgraphs, false), api: schemaOf(subgraphs, true) };
}

/** Who answers a field: neither `@external` nor overridden. */
export function ownersOf(subgraphs: readonly SubgraphView[], type: string, field: string): readonly SubgraphView[] {
  const declaring = subgraphs.filter(({ types }) => {
    const view = types.get(type)?.fields.get(field);
    return view !== undefined && !view.isExternal;
  });
  const overridden = new Set(declaring.map(({ types }) => types.get(type)?.fields.get(field)?.overrides));
  return declaring.filter(({ name }) => !overridden.has(name));
}

function schemaOf(subgraphs: readonly SubgraphView[], isForClients: boolean): GraphQLSchema {
  const names = [...new Set(subgraphs.flatMap(({ types }) => [...types.keys()]))];
  const hidden = new Set(
    names.filter((name) => isForClients && subgraphs.some(({ types }) => types.get(name)?.isInaccessible === true)),
  );
  const definitions = names.filter((name) => !hidden.has(name)).map((name) => typeOf(subgraphs, name, isForClients, hidden));
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions: definitions.filter((node) => node !== null) }, { assumeValid: true });
}

function typeOf(
  subgraphs: readonly SubgraphView[],
  name: string,
  isForClients: boolean,
  hidden: ReadonlySet<string>,
): TypeDefinitionNode | null {
  const views = subgraphs.flatMap(({ types }) => types.get(name) ?? []);
  const kind = views.some((view) => view.kind === 'interface') ? 'interface' : (views[0]?.kind ?? 'scalar');
  const names = (list: readonly string[]) => [...new Set(list)].filter((each) => !hidden.has(each)).map(namedType);
  const visible = <T extends { readonly name: NameNode }>(parts: readonly Part[], of: (part: Part) => readonly T[]): T[] =>
    visibleMembers(parts, of, isForClients);
  const parts = views.flatMap(({ nodes }) => nodes);
  const base = { name: nameNode(name) };
  switch (kind) {
    case 'scalar':
      return { kind: Kind.SCALAR_TYPE_DEFINITION, ...base };
    case 'union':
      return { kind: Kind.UNION_TYPE_DEFINITION, ...base, types: names(views.flatMap(({ members }) => members)) };
    case 'enum':
      return {
        kind: Kind.ENUM_TYPE_DEFINITION,
        ...base,
        values: visible(parts, (part) => ('values' in part ? (part.values ?? []) : [])).map(plain),
      };
    case 'input':
      return {
        kind: Kind.INPUT_OBJECT_TYPE_DEFINITION,
        ...base,
        fields: visible(parts, (part) => (part.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? (part.fields ?? []) : [])).map(plain),
      };
    default: {
      const interfaces = names(views.flatMap((view) => view.interfaces));
      const fields = fieldsOf(subgraphs, name, views, isForClients);
      if (fields.length === 0) return null;
      const isInterface = kind === 'interface';
      return { kind: isInterface ? Kind.INTERFACE_TYPE_DEFINITION : Kind.OBJECT_TYPE_DEFINITION, ...base, interfaces, fields };
    }
  }
}

type Part = TypeDefinitionNode | TypeExtensionNode;

function visibleMembers<T extends { readonly name: NameNode }>(
  parts: readonly Part[],
  membersOf: (part: Part) => readonly T[],
  isForClients: boolean,
): T[] {
  const all = parts.flatMap(membersOf);
  const isHidden = ({ name }: T): boolean =>
    isForClients && all.some((other) => other.name.value === name.value && isMarked(other, 'inaccessible'));
  const byName = new Map<string, T>();
  for (const member of all) if (!byName.has(member.name.value) && !isHidden(member)) byName.set(member.name.value, member);
  return [...byName.values()];
}

function fieldsOf(
  subgraphs: readonly SubgraphView[],
  name: string,
  views: readonly TypeView[],
  isForClients: boolean,
): FieldDefinitionNode[] {
  const own = views.flatMap((view) => [...view.fields.values()]);
  // What a type declares itself is its own, also where the object of its interface hides it.
  const added = interfaceObjectsOf(subgraphs, views)
    .flatMap((view) => [...view.fields.values()])
    .filter((field) => !own.some((each) => each.name === field.name));
  const declared = [...own, ...added];
  const result: FieldDefinitionNode[] = [];
  for (const fieldName of new Set(declared.map((field) => field.name))) {
    const same = declared.filter((field) => field.name === fieldName);
    const owned = same.filter((field) => !field.isExternal);
    const [first] = owned;
    if (!first || (isForClients && same.some((field) => field.isInaccessible))) continue;
    const type = owned.map((field) => field.type).reduce(loosest);
    result.push({
      kind: Kind.FIELD_DEFINITION,
      name: nameNode(fieldName),
      type: renamed(subgraphs, type),
      arguments: argumentsOf(first, same, isForClients),
    });
  }
  return result;
}

/** `@interfaceObject` types, whose fields every implementation has. */
export function interfaceObjectsOf(subgraphs: readonly SubgraphView[], views: readonly TypeView[]): readonly TypeView[] {
  const interfaces = new Set(views.filter(({ kind }) => kind === 'object').flatMap((view) => view.interfaces));
  return subgraphs
    .flatMap(({ types }) => [...types.values()])
    .filter((view) => view.isInterfaceObject && interfaces.has(view.name));
}

function argumentsOf(field: FieldView, all: readonly FieldView[], isForClients: boolean): InputValueDefinitionNode[] {
  return field.args
    .filter(
      ({ name }) =>
        !isForClients ||
        !all.some(({ args }) =>
          args.some((argument) => argument.name.value === name.value && isMarked(argument, 'inaccessible')),
        ),
    )
    .map(plain);
}

/** Nullable wherever one of them is. */
function loosest(a: TypeNode, b: TypeNode): TypeNode {
  if (a.kind === Kind.NON_NULL_TYPE && b.kind === Kind.NON_NULL_TYPE) {
    const type = loosest(a.type, b.type);
    return type.kind === Kind.NON_NULL_TYPE ? type : { ...a, type };
  }
  const [left, right] = [a, b].map((type) => (type.kind === Kind.NON_NULL_TYPE ? type.type : type));
  if (left?.kind === Kind.LIST_TYPE && right?.kind === Kind.LIST_TYPE) return { ...left, type: loosest(left.type, right.type) };
  return left ?? a;
}

/** What a subgraph's own name for a root type is called in all of them. */
function renamed(subgraphs: readonly SubgraphView[], type: TypeNode): TypeNode {
  if (type.kind !== Kind.NAMED_TYPE) return { ...type, type: renamed(subgraphs, type.type) } as TypeNode;
  const root = subgraphs.map(({ rootNames }) => rootNames.get(type.name.value)).find((name) => name !== undefined);
  return root === undefined ? type : namedType(root);
}

function isMarked(node: object, directive: string): boolean {
  return 'directives' in node && named(node.directives as never, directive).length > 0;
}

function plain<T extends object>(node: T): T {
  return { ...node, directives: [], description: undefined };
}

function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

function namedType(value: string) {
  return { kind: Kind.NAMED_TYPE, name: nameNode(value) } as const;
}

/** How a type is written in SDL. */
export function typeText(type: TypeNode): string {
  return print(type);
}
