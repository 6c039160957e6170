import {
  Kind,
  type ConstDirectiveNode,
  type ConstObjectFieldNode,
  type ConstValueNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type NameNode,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

/** A type of a supergraph that has fields. */
export type Holder = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export function graphsOf(holder: Holder): string[] {
  const joins = (holder.directives ?? []).filter((directive) => directive.name.value === 'join__type');
  return [...new Set(joins.map((directive) => String(valueOf(directive, 'graph'))))];
}

export function implementsIn(holder: Holder, face: Holder, graph: string): boolean {
  return (
    holder.kind === Kind.OBJECT_TYPE_DEFINITION &&
    (holder.directives ?? []).some(
      (directive) =>
        directive.name.value === 'join__implements' &&
        valueOf(directive, 'graph') === graph &&
        valueOf(directive, 'interface') === face.name.value,
    )
  );
}

export function isInterfaceObjectIn(holder: Holder, graph: string): boolean {
  return (holder.directives ?? []).some(
    (directive) =>
      directive.name.value === 'join__type' &&
      valueOf(directive, 'graph') === graph &&
      valueOf(directive, 'isInterfaceObject') === true,
  );
}

export function onlyIn(field: FieldDefinitionNode, graphs: readonly string[]): ConstDirectiveNode[] {
  return (field.directives ?? []).filter((directive) => {
    const graph = valueOf(directive, 'graph');
    const isHere = graph === undefined || (typeof graph === 'string' && graphs.includes(graph));
    return directive.name.value === 'join__field' && isHere;
  });
}

export function joinOf(name: string, args: Readonly<Record<string, ConstValueNode>>): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: nameNode(name),
    arguments: Object.entries(args).map(([argument, value]) => ({ kind: Kind.ARGUMENT, name: nameNode(argument), value })),
  };
}

export function valueOf(directive: ConstDirectiveNode, name: string): unknown {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value && 'value' in value ? value.value : undefined;
}

export function namesIn(set: SelectionSetNode): string[] {
  return set.selections.flatMap((selection) => [
    ...(selection.kind === Kind.FIELD ? [selection.name.value] : []),
    ...('selectionSet' in selection && selection.selectionSet ? namesIn(selection.selectionSet) : []),
  ]);
}

export function namesOf(holder: Holder): string[] {
  return (holder.interfaces ?? []).map(({ name }) => name.value);
}

export function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}

/** Whether it, or an item of it, may be null. */
export function isNullable(type: TypeNode): boolean {
  if (type.kind !== Kind.NON_NULL_TYPE) return true;
  return type.type.kind === Kind.LIST_TYPE && isNullable(type.type.type);
}

export function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

/** An argument of a field that `@fromContext` fills in, as a supergraph tells of it. */
export interface ContextArgument {
  readonly context: string;
  /** Where the selection stands, and which it is. */
  readonly node: ConstObjectFieldNode;
  readonly text: string;
}

export function contextArgumentsOf(directive: ConstDirectiveNode): ContextArgument[] {
  const list = directive.arguments?.find(({ name }) => name.value === 'contextArguments')?.value;
  return (list?.kind === Kind.LIST ? list.values : []).flatMap((each) => {
    const fields = each.kind === Kind.OBJECT ? each.fields : [];
    const [context, node] = ['context', 'selection'].map((wanted) => fields.find(({ name }) => name.value === wanted));
    return context?.value.kind === Kind.STRING && node?.value.kind === Kind.STRING
      ? [{ context: context.value.value, node, text: withoutBraces(node.value.value) }]
      : [];
  });
}

/** `@fromContext` writes a selection with braces around, or as fragments without. */
export function withoutBraces(selection: string): string {
  return selection.replace(/^\s*\{(.*)\}\s*$/s, '$1');
}
