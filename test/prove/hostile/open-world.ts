import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, GraphQLError, isObjectType, parse, type GraphQLSchema } from 'graphql';
import { createSubgraphExecutor, type SubgraphClient } from '../../../platform/federation';
import type { Logger } from '../../../platform/observability';
import { openSubgraphs, STEPS } from '../../gateway/support/open-graph';

const ANIMALS = ['Ant', 'Bee', 'Cat', 'Dog', 'Eel', 'Fox'];

/** Every value follows from its type and field alone, so that any subgraph, and one schema over all, answer the same. */
function valueOf(type: string, field: string, args: Readonly<Record<string, unknown>>): unknown {
  const count = typeof args['first'] === 'number' ? Math.min(Math.max(args['first'], 0), 100) : 2;
  const step = (STEPS as readonly string[]).indexOf(field);
  if (step >= 0) return animal(ANIMALS[(ANIMALS.indexOf(type) + 1 + step) % ANIMALS.length] ?? 'Ant');
  switch (field) {
    case 'animal':
      return animal('Ant');
    case 'animals':
      return Array.from({ length: count }, (_, at) => animal(ANIMALS[at % ANIMALS.length] ?? 'Ant'));
    case 'plain':
    case 'part':
      return { __typename: 'Plain' };
    case 'plains':
      return Array.from({ length: count }, () => ({ __typename: 'Plain' }));
    case 'id':
      return type;
    case 'text':
      return 'text';
    default:
      return type.length;
  }
}

function animal(type: string): object {
  return { __typename: type, id: type };
}

export function openClients(logger: Logger, more = ''): SubgraphClient[] {
  return [...openSubgraphs(undefined, more)].map(([name, sdl]) => {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: {} }]);
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('_')) continue;
      Object.assign(type, { resolveReference: (reference: object) => reference });
      for (const field of Object.values(type.getFields())) {
        if (!field.name.startsWith('_')) field.resolve = (_source, args) => valueOf(type.name, field.name, args as never);
      }
    }
    return createSubgraphExecutor({ name, schema, sdl }, logger);
  });
}

/** What one schema over all answers; `null` where it refuses. */
export async function referenceData(schema: GraphQLSchema, body: string): Promise<unknown> {
  const { query, variables, operationName } = JSON.parse(body) as { query: string; variables?: never; operationName?: string };
  const result = await execute({
    schema,
    document: parse(query),
    variableValues: variables,
    operationName,
    rootValue: {},
    fieldResolver: (_source, args, _context, { parentType, fieldName }) => valueOf(parentType.name, fieldName, args as never),
  });
  return result.errors?.some((error) => error instanceof GraphQLError) ? null : result.data;
}
