import type { GraphQLResolveInfo, SelectionSetNode } from 'graphql';
import { FACET_PARTS, type FacetPart } from './facet.sql';

/** Which facets an operation asks for, so that no others are counted. Fields behind @skip or @include count as asked for. */
export function selectedParts(info: GraphQLResolveInfo): FacetPart[] {
  const names = new Set<string>();
  const collect = (selections: SelectionSetNode | undefined): void => {
    for (const selection of selections?.selections ?? []) {
      if (selection.kind === 'Field') names.add(selection.name.value);
      else if (selection.kind === 'InlineFragment') collect(selection.selectionSet);
      else collect(info.fragments[selection.name.value]?.selectionSet);
    }
  };
  for (const node of info.fieldNodes) collect(node.selectionSet);
  return FACET_PARTS.filter((part) => names.has(part));
}
