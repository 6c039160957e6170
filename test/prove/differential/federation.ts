import {
  Kind,
  parse,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type OperationTypeNode,
  type SelectionSetNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  type TypeNode,
} from 'graphql';

/** One subgraph's federation SDL, as it is composed and served. */
export interface SubgraphSource {
  readonly name: string;
  readonly sdl: string;
}

/** A field as one subgraph declares it. */
export interface FieldView {
  readonly name: string;
  readonly type: TypeNode;
  readonly args: readonly InputValueDefinitionNode[];
  /** Filled in by the gateway from a record above; the client does not know of them. */
  readonly contextual: readonly ContextualArgument[];
  readonly requires: SelectionSetNode | null;
  readonly provides: SelectionSetNode | null;
  readonly isExternal: boolean;
  readonly overrides: string | null;
  readonly isInaccessible: boolean;
}

export interface ContextualArgument {
  readonly name: string;
  readonly context: string;
  readonly selection: SelectionSetNode;
}

export interface KeyView {
  readonly selection: SelectionSetNode;
  readonly isResolvable: boolean;
}

/** A type as one subgraph declares it. */
export interface TypeView {
  /** Root types are called Query, Mutation, Subscription here, whatever the subgraph calls them. */
  readonly name: string;
  readonly nodes: readonly (TypeDefinitionNode | TypeExtensionNode)[];
  readonly kind: 'object' | 'interface' | 'union' | 'enum' | 'input' | 'scalar';
  readonly keys: readonly KeyView[];
  readonly fields: ReadonlyMap<string, FieldView>;
  readonly interfaces: readonly string[];
  readonly members: readonly string[];
  readonly contexts: readonly string[];
  readonly isInterfaceObject: boolean;
  readonly isInaccessible: boolean;
}

export interface SubgraphView extends SubgraphSource {
  readonly document: DocumentNode;
  readonly types: ReadonlyMap<string, TypeView>;
  /** By what the subgraph calls it. */
  readonly rootNames: ReadonlyMap<string, string>;
}

const ROOTS: Readonly<Record<OperationTypeNode, string>> = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };

/** Reads what a subgraph says of itself; independent of how Apollo's composition reads it. */
export function readSubgraph(source: SubgraphSource): SubgraphView {
  const document = parse(source.sdl, { noLocation: true });
  const rootNames = new Map<string, string>();
  const nodes = new Map<string, (TypeDefinitionNode | TypeExtensionNode)[]>();
  for (const node of document.definitions) {
    if (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION)
      for (const root of node.operationTypes ?? []) rootNames.set(root.type.name.value, ROOTS[root.operation]);
  }
  for (const node of document.definitions) {
    if (!('name' in node) || !/^\w+Type(Definition|Extension)$/.test(node.kind)) continue;
    const type = node as TypeDefinitionNode | TypeExtensionNode;
    const name = rootNames.get(type.name.value) ?? type.name.value;
    nodes.set(name, [...(nodes.get(name) ?? []), type]);
  }
  const types = new Map([...nodes].map(([name, parts]) => [name, readType(name, parts)]));
  return { ...source, document, types, rootNames };
}

function readType(name: string, nodes: readonly (TypeDefinitionNode | TypeExtensionNode)[]): TypeView {
  const directives = nodes.flatMap((node) => node.directives ?? []);
  const fields = nodes.flatMap((node) =>
    'fields' in node ? (node.fields ?? []).map((field) => readField(field as FieldDefinitionNode)) : [],
  );
  const keys = named(directives, 'key').map((key) => ({
    selection: selectionOf(key, 'fields'),
    isResolvable: argumentOf(key, 'resolvable') !== false,
  }));
  return {
    name,
    nodes,
    kind: kindOf(nodes[0]?.kind ?? ''),
    keys: keys.flatMap(({ selection, ...key }) => (selection ? [{ selection, ...key }] : [])),
    fields: new Map(fields.map((field) => [field.name, field])),
    interfaces: nodes.flatMap((node) => ('interfaces' in node ? (node.interfaces ?? []).map((type) => type.name.value) : [])),
    members: nodes.flatMap((node) => ('types' in node ? (node.types ?? []).map((type) => type.name.value) : [])),
    contexts: named(directives, 'context').map((context) => String(argumentOf(context, 'name'))),
    isInterfaceObject: named(directives, 'interfaceObject').length > 0,
    isInaccessible: named(directives, 'inaccessible').length > 0,
  };
}

function readField(node: FieldDefinitionNode): FieldView {
  const directives = node.directives ?? [];
  const [requires, provides, override] = ['requires', 'provides', 'override'].map((name) => named(directives, name)[0]);
  const contextual = (node.arguments ?? []).filter((argument) => named(argument.directives ?? [], 'fromContext').length > 0);
  return {
    name: node.name.value,
    type: node.type,
    args: (node.arguments ?? []).filter((argument) => !contextual.includes(argument)),
    contextual: contextual.map(readContextual),
    requires: requires ? selectionOf(requires, 'fields') : null,
    provides: provides ? selectionOf(provides, 'fields') : null,
    isExternal: named(directives, 'external').length > 0,
    overrides: override ? String(argumentOf(override, 'from')) : null,
    isInaccessible: named(directives, 'inaccessible').length > 0,
  };
}

function readContextual(node: InputValueDefinitionNode): ContextualArgument {
  const [directive] = named(node.directives ?? [], 'fromContext');
  const [, context = '', selection = ''] = /^\s*\$(\w+)\s*(.*)$/s.exec(String(directive && argumentOf(directive, 'field'))) ?? [];
  return { name: node.name.value, context, selection: parseSelection(selection.replace(/^\{(.*)\}\s*$/s, '$1')) };
}

function kindOf(node: string): TypeView['kind'] {
  if (node.startsWith('Interface')) return 'interface';
  if (node.startsWith('Union')) return 'union';
  if (node.startsWith('Enum')) return 'enum';
  if (node.startsWith('Input')) return 'input';
  return node.startsWith('Scalar') ? 'scalar' : 'object';
}

export function named(directives: readonly ConstDirectiveNode[], name: string): readonly ConstDirectiveNode[] {
  return directives.filter((directive) => directive.name.value === name || directive.name.value === `federation__${name}`);
}

function argumentOf(directive: ConstDirectiveNode, name: string): unknown {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value && 'value' in value ? value.value : undefined;
}

function selectionOf(directive: ConstDirectiveNode, name: string): SelectionSetNode | null {
  const fields = argumentOf(directive, name);
  return typeof fields === 'string' ? parseSelection(fields) : null;
}

export function parseSelection(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection of fields: ${fields}`);
  return definition.selectionSet;
}
