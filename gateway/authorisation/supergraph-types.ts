import {
  Kind,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type TypeNode,
} from 'graphql';
import { together, type Alternatives, type Requirement } from './requirement';
import type { SecurityNames } from './security-links';

/** Fields that a subgraph is sent to answer another: a field set, and the types that it may be read from. */
export interface FieldSet {
  readonly types: readonly string[];
  readonly text: string;
}

export interface SupergraphField {
  readonly own: Requirement;
  /** Name of its type, without lists and nulls. */
  readonly type: string;
  /** What `@requires` and `@fromContext` send to its subgraph. */
  readonly sent: readonly FieldSet[];
}

export interface SupergraphType {
  readonly name: string;
  readonly kind: 'object' | 'interface' | 'union' | 'leaf';
  own: Requirement;
  readonly isRoot: boolean;
  readonly interfaces: Set<string>;
  /** Of a union. */
  readonly members: Set<string>;
  readonly fields: Map<string, SupergraphField>;
}

export type SupergraphTypes = ReadonlyMap<string, SupergraphType>;

const KINDS: Partial<Record<Kind, SupergraphType['kind']>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'object',
  [Kind.OBJECT_TYPE_EXTENSION]: 'object',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'interface',
  [Kind.INTERFACE_TYPE_EXTENSION]: 'interface',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.UNION_TYPE_EXTENSION]: 'union',
  [Kind.ENUM_TYPE_DEFINITION]: 'leaf',
  [Kind.ENUM_TYPE_EXTENSION]: 'leaf',
  [Kind.SCALAR_TYPE_DEFINITION]: 'leaf',
  [Kind.SCALAR_TYPE_EXTENSION]: 'leaf',
};

/** The types of a supergraph with what is written on them about security. */
export function readTypes(supergraph: DocumentNode, names: SecurityNames): Map<string, SupergraphType> {
  const types = new Map<string, SupergraphType>();
  const roots = rootsOf(supergraph);
  const contexts = contextsOf(supergraph);
  for (const definition of supergraph.definitions) {
    const kind = KINDS[definition.kind];
    if (!kind || !('name' in definition) || !definition.name) continue;
    const name = definition.name.value;
    const fresh: SupergraphType = {
      name,
      kind,
      own: together([]),
      isRoot: roots.has(name),
      interfaces: new Set(),
      members: new Set(),
      fields: new Map(),
    };
    const type = types.get(name) ?? fresh;
    types.set(name, type);
    if ('directives' in definition)
      type.own = together([type.own, requirementOf(definition.directives as readonly ConstDirectiveNode[] | undefined, names)]);
    if ('interfaces' in definition) for (const each of definition.interfaces ?? []) type.interfaces.add(each.name.value);
    if ('types' in definition) for (const each of definition.types ?? []) type.members.add(each.name.value);
    if (kind !== 'object' && kind !== 'interface') continue;
    const fields = 'fields' in definition ? ((definition.fields ?? []) as readonly FieldDefinitionNode[]) : [];
    for (const field of fields) type.fields.set(field.name.value, readField(name, field, names, contexts));
  }
  return types;
}

function readField(
  parent: string,
  { type, directives = [] }: FieldDefinitionNode,
  names: SecurityNames,
  contexts: ReadonlyMap<string, readonly string[]>,
): SupergraphField {
  const sent = directives
    .filter(({ name }) => name.value === 'join__field')
    .flatMap((join): FieldSet[] => {
      const requires = textOf(argumentOf(join, 'requires'));
      const fromContext = itemsOf(argumentOf(join, 'contextArguments')).map((each) => {
        const types = contexts.get(textOf(memberOf(each, 'context')) ?? '');
        const text = textOf(memberOf(each, 'selection'));
        if (!types || text === undefined) throw new Error('the supergraph has a @fromContext that cannot be read');
        return { types, text };
      });
      return [...(requires === undefined ? [] : [{ types: [parent], text: requires }]), ...fromContext];
    });
  return { own: requirementOf(directives, names), type: namedType(type), sent };
}

function requirementOf(directives: readonly ConstDirectiveNode[] = [], names: SecurityNames): Requirement {
  const called = (name: string | null): ConstDirectiveNode[] =>
    name === null ? [] : directives.filter((directive) => directive.name.value === name);
  return {
    isAuthenticated: called(names.authenticated).length > 0,
    scopes: called(names.requiresScopes).map((directive) => alternativesOf(directive, 'scopes')),
    policies: called(names.policy).map((directive) => alternativesOf(directive, 'policies')),
  };
}

/** An empty list demands nothing, as composition has it. */
function alternativesOf(directive: ConstDirectiveNode, argument: string): Alternatives {
  const given = argumentOf(directive, argument);
  if (given?.kind !== Kind.LIST) throw new Error(`the supergraph has a @${directive.name.value} without a list of ${argument}`);
  const alternatives = given.values.map((inner) =>
    itemsOf(inner).map((value) => {
      const text = textOf(value);
      if (text === undefined) throw new Error(`the supergraph has a @${directive.name.value} with ${argument} that are no texts`);
      return text;
    }),
  );
  return alternatives.length === 0 ? [[]] : alternatives;
}

function rootsOf(supergraph: DocumentNode): Set<string> {
  const given = supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.operationTypes ?? []).map(({ type }) => type.name.value)
      : [],
  );
  return new Set(given.length > 0 ? given : ['Query', 'Mutation', 'Subscription']);
}

/** The types that set each context. */
function contextsOf(supergraph: DocumentNode): Map<string, string[]> {
  const contexts = new Map<string, string[]>();
  for (const definition of supergraph.definitions) {
    if (!('directives' in definition) || !('name' in definition) || !definition.name) continue;
    for (const directive of definition.directives ?? []) {
      if (directive.name.value !== 'context') continue;
      const name = textOf(argumentOf(directive as ConstDirectiveNode, 'name')) ?? '';
      contexts.set(name, [...(contexts.get(name) ?? []), definition.name.value]);
    }
  }
  return contexts;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function argumentOf(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}

function memberOf(value: ConstValueNode, name: string): ConstValueNode | undefined {
  return value.kind === Kind.OBJECT ? value.fields.find((field) => field.name.value === name)?.value : undefined;
}

/** One value stands for a list of it, as GraphQL's input coercion has it. */
function itemsOf(value: ConstValueNode | undefined): readonly ConstValueNode[] {
  if (!value || value.kind === Kind.NULL) return [];
  return value.kind === Kind.LIST ? value.values : [value];
}

function textOf(value: ConstValueNode | undefined): string | undefined {
  return value?.kind === Kind.STRING ? value.value : undefined;
}
