import { isObjectType, Kind, parse, type GraphQLSchema } from 'graphql';
import type { Row } from './matrix';

/** `Query.me` and the like: all that a client can begin with. */
export function rootFieldsOf(schema: GraphQLSchema): string[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
}

/** Root fields without a row, rows without a field, and fields with two rows. */
export function gapsOf(schema: GraphQLSchema, rootRows: readonly Row[], allRows: readonly Row[]): string[] {
  const fields = rootFieldsOf(schema);
  const covered = rootRows.map((row) => row.field);
  return [
    ...fields.filter((field) => !covered.includes(field)).map((field) => `${field} has no row: say who may do it`),
    ...covered.filter((field, at) => covered.indexOf(field) !== at).map((field) => `${field} has two rows`),
    ...allRows.filter((row) => !exists(schema, row.field)).map((row) => `${row.field} is no field of the graph any more`),
  ];
}

function exists(schema: GraphQLSchema, field: string): boolean {
  const [typeName = '', fieldName = ''] = field.replace(/ .*/, '').split('.');
  const type = schema.getType(typeName);
  return isObjectType(type) && fieldName in type.getFields();
}

export interface InternalField {
  readonly kind: 'query' | 'mutation';
  readonly name: string;
  /** Which subgraph has it. */
  readonly subgraph: string;
}

/** The root fields that the supergraph hides from clients. */
export function internalFieldsOf(supergraphSdl: string): InternalField[] {
  return parse(supergraphSdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const { value: type } = definition.name;
    if (type !== 'Query' && type !== 'Mutation') return [];
    return (definition.fields ?? []).flatMap(({ name, directives }) => {
      if (!directives?.some((directive) => directive.name.value === 'inaccessible')) return [];
      const joined = directives.find((directive) => directive.name.value === 'join__field');
      const graph = joined?.arguments?.find((argument) => argument.name.value === 'graph')?.value;
      const subgraph = graph?.kind === Kind.ENUM ? graph.value.toLowerCase() : '';
      return [{ kind: type === 'Query' ? 'query' : 'mutation', name: name.value, subgraph } as const];
    });
  });
}
