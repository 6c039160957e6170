import { Kind, print, type DocumentNode, type FragmentDefinitionNode, type GraphQLSchema } from 'graphql';
import { collectFields } from 'graphql/execution/collectFields';

/**
 * What an operation asks of the schema itself (`__schema`, `__type`), as a document of its own; `null` where nothing is asked.
 *
 * @param document of one operation whose conditions were decided
 */
export function introspectionIn(schema: GraphQLSchema, document: DocumentNode): string | null {
  const definition = document.definitions.find((other) => other.kind === Kind.OPERATION_DEFINITION);
  const root = schema.getQueryType();
  if (definition?.operation !== 'query' || !root) return null;
  const fragments = document.definitions.filter((other) => other.kind === Kind.FRAGMENT_DEFINITION);
  const selections = [...collectFields(schema, byName(fragments), {}, root, definition.selectionSet)].flatMap(([, fields]) =>
    fields.filter(({ name }) => name.value === '__schema' || name.value === '__type'),
  );
  if (selections.length === 0) return null;
  const asked = { ...definition, directives: [], selectionSet: { kind: Kind.SELECTION_SET, selections } as const };
  return print({ kind: Kind.DOCUMENT, definitions: [asked, ...fragments] });
}

function byName(fragments: readonly FragmentDefinitionNode[]): Record<string, FragmentDefinitionNode> {
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}
