import { Kind, parse, print, type SelectionSetNode } from 'graphql';

/** A set of fields as `@key` and `@requires` write it, without braces. */
export function selectionOf(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`a supergraph names what is no selection: ${fields}`);
  return definition.selectionSet;
}

export function textOf(set: SelectionSetNode): string {
  return print(set).slice(1, -1).replace(/\s+/g, ' ').trim();
}

/** Names of the fields in a set; those of its own level alone where `isShallow`. */
export function fieldsOf(fields: string, isShallow = false): string[] {
  const namesIn = (set: SelectionSetNode): string[] =>
    set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet);
      const inner = !isShallow && selection.selectionSet ? namesIn(selection.selectionSet) : [];
      return [selection.name.value, ...inner];
    });
  return namesIn(selectionOf(fields)).filter((name) => name !== '__typename');
}
