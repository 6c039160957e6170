import { getOperationAST, GraphQLError, Kind, type DocumentNode, type FragmentDefinitionNode, type GraphQLSchema } from 'graphql';
import { collectFields } from 'graphql/execution/collectFields';
import { getArgumentValues, getVariableValues } from 'graphql/execution/values';
import type { SourceEvent, SubgraphContext } from './subgraph';

export interface SubscriptionRequest {
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly after?: string | null;
}

/**
 * Calls the source of the field that a valid subscription subscribes to; a position in the request replaces the arguments
 * `after` and `snapshot`. Answers errors of the variables.
 *
 * @throws what the source throws, with the field's path
 */
export async function openEventSource(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operationName, variables = {}, after = null }: SubscriptionRequest,
  context: SubgraphContext,
): Promise<AsyncIterable<SourceEvent> | readonly GraphQLError[]> {
  const operation = getOperationAST(document, operationName);
  const type = schema.getSubscriptionType();
  if (operation?.operation !== 'subscription' || !type) return [new GraphQLError('the request names no subscription')];
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 20 });
  if (!coerced) return errors;
  const [[name, nodes] = []] = collectFields(schema, fragmentsOf(document), coerced, type, operation.selectionSet);
  const node = nodes?.[0];
  const field = node && type.getFields()[node.name.value];
  if (!name || !node || !field?.subscribe) return [new GraphQLError('the field has no source of events', { nodes })];
  try {
    const given = getArgumentValues(field, node, coerced);
    const args = after === null ? given : { ...given, after, snapshot: false };
    return (await field.subscribe(undefined, args, context, undefined as never)) as AsyncIterable<SourceEvent>;
  } catch (error) {
    if (error instanceof GraphQLError && error.path) throw error;
    const originalError = error instanceof Error ? error : new Error('a source threw what is no error', { cause: error });
    throw new GraphQLError(originalError.message, { nodes, path: [name], originalError });
  }
}

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}
