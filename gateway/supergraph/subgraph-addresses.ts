import { Kind, parse, type EnumValueDefinitionNode } from 'graphql';

const GRAPHS = 'join__Graph';
const GRAPH = 'join__graph';

/** Where the subgraphs of a supergraph serve, by name, as its `join__Graph` says. @throws Error when it is no supergraph */
export function subgraphAddresses(supergraphSdl: string): ReadonlyMap<string, string> {
  const graphs = parse(supergraphSdl, { noLocation: true }).definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === GRAPHS,
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION || !graphs.values)
    throw new Error('it is no supergraph: it names no subgraphs (enum join__Graph)');
  return new Map(graphs.values.flatMap(addressOf));
}

function addressOf(value: EnumValueDefinitionNode): [string, string][] {
  const given = value.directives?.find(({ name }) => name.value === GRAPH)?.arguments ?? [];
  const [name, url] = ['name', 'url'].map((wanted) => {
    const argument = given.find((each) => each.name.value === wanted)?.value;
    return argument?.kind === Kind.STRING ? argument.value : undefined;
  });
  return name === undefined ? [] : [[name, url ?? '']];
}
