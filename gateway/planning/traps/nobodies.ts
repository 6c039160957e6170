import { Kind, type InterfaceTypeDefinitionNode } from 'graphql';
import type { Holders } from './holders';
import { graphsOf, implementsIn, isInterfaceObjectIn, joinOf, nameNode, namesOf, onlyIn } from './supergraph-nodes';

const NOBODY = 'Nobody__is_';

/**
 * Lets one type, which nothing is, implement each interface that nothing implements in a subgraph.
 *
 * @returns their names
 */
export function addNobodies(holders: Holders): ReadonlySet<string> {
  const nobodies = new Set<string>();
  for (const face of holders.all()) {
    if (face.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const graphs = graphsOf(face).filter((graph) => !holders.all().some((other) => implementsIn(other, face, graph)));
    const real = graphs.filter((graph) => !isInterfaceObjectIn(face, graph));
    if (real.length > 0) nobodies.add(addNobody(holders, face, real));
  }
  return nobodies;
}

function addNobody(holders: Holders, face: InterfaceTypeDefinitionNode, graphs: readonly string[]): string {
  const name = `${NOBODY}${face.name.value}`;
  holders.isChanged = true;
  const above = [face, ...holders.all().filter((other) => namesOf(face).includes(other.name.value))];
  const directives = graphs.flatMap((graph) => [
    joinOf('join__type', { graph: { kind: Kind.ENUM, value: graph } }),
    ...above
      .filter((each) => graphsOf(each).includes(graph))
      .map((each) =>
        joinOf('join__implements', {
          graph: { kind: Kind.ENUM, value: graph },
          interface: { kind: Kind.STRING, value: each.name.value },
        }),
      ),
  ]);
  const fields = (face.fields ?? []).map((field) => ({ ...field, directives: onlyIn(field, graphs) }));
  holders.replace({
    kind: Kind.OBJECT_TYPE_DEFINITION,
    name: nameNode(name),
    interfaces: above.map((each) => ({ kind: Kind.NAMED_TYPE, name: each.name })),
    directives,
    fields,
  });
  return name;
}
