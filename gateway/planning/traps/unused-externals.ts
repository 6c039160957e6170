import { Kind, type SelectionSetNode } from 'graphql';
import type { Holders } from './holders';
import { selectionOf } from './selection';
import type { StandIn } from './stand-ins';
import { contextArgumentsOf, implementsIn, named, valueOf, type Holder } from './supergraph-nodes';

/** What nobody needs any more as `@external`, since a stand-in took its place, would make the subgraph invalid. */
export function dropUnusedExternals(holders: Holders, standIns: ReadonlyMap<string, StandIn>): void {
  if (standIns.size === 0) return;
  // A stand-in is added wherever its field is, also where another stand-in took the field's place.
  const replaced = new Set([...standIns].flatMap(([name, { field }]) => [name, field]));
  const used = new Map(holders.graphs().map((graph) => [graph, usedIn(holders, graph)]));
  for (const holder of holders.all()) {
    const fields = (holder.fields ?? []).map((field) => {
      if (!replaced.has(field.name.value)) return field;
      const directives = (field.directives ?? []).filter((directive) => {
        if (directive.name.value !== 'join__field' || valueOf(directive, 'external') !== true) return true;
        const graph = String(valueOf(directive, 'graph'));
        const isUsed = used.get(graph)?.has(`${holder.name.value}.${field.name.value}`) === true;
        return isUsed || isAskedByInterface(holders, holder, field.name.value, graph);
      });
      return { ...field, directives };
    });
    holders.replace({ ...holder, fields });
  }
}

/** `Type.field` of all that a graph's keys, `@requires` and `@provides` name. */
function usedIn(holders: Holders, graph: string): ReadonlySet<string> {
  const used = new Set<string>();
  const note = (type: string, set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.FIELD)
        for (const holder of holders.relativesOf(type)) used.add(`${holder.name.value}.${selection.name.value}`);
      const inner =
        selection.kind === Kind.FIELD
          ? holders.typeOf(type, selection.name.value)
          : (selection.typeCondition?.name.value ?? type);
      if (selection.selectionSet && inner) note(inner, selection.selectionSet);
    }
  };
  for (const holder of holders.all()) {
    const type = holder.name.value;
    for (const field of holder.fields ?? []) {
      for (const directive of field.directives ?? []) {
        if (valueOf(directive, 'graph') !== graph) continue;
        const [requires, provides] = [valueOf(directive, 'requires'), valueOf(directive, 'provides')];
        if (typeof requires === 'string') note(type, selectionOf(requires));
        if (typeof provides === 'string') note(named(field.type), selectionOf(provides));
        for (const { context, text } of contextArgumentsOf(directive))
          for (const carrier of holders.carriersOf(context)) note(carrier, selectionOf(text));
      }
    }
    for (const directive of holder.directives ?? []) {
      const key = valueOf(directive, 'graph') === graph ? valueOf(directive, 'key') : undefined;
      if (typeof key === 'string') note(type, selectionOf(key));
    }
  }
  return used;
}

function isAskedByInterface(holders: Holders, holder: Holder, field: string, graph: string): boolean {
  return holders
    .all()
    .some((other) => implementsIn(holder, other, graph) && other.fields?.some((each) => each.name.value === field) === true);
}
