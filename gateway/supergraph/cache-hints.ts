import { Kind, parse, type ConstDirectiveNode } from 'graphql';

/** What the schema says of a field or type by `@cacheControl`. */
export interface CacheHint {
  /** Seconds; `null` where only the scope is said. */
  readonly maxAge: number | null;
  /** `null` where nothing is said: equal for everybody of whom nothing is known. */
  readonly scope: 'PUBLIC' | 'PRIVATE' | null;
}

/** The hints of a supergraph, by `Type` and `Type.field`. */
export function readHints(supergraphSdl: string): Map<string, CacheHint> {
  const hints = new Map<string, CacheHint>();
  const note = (name: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const hint = hintOf(directives);
    if (hint) hints.set(name, hint);
  };
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (!('name' in definition) || !definition.name) continue;
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) note(definition.name.value, definition.directives);
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    note(definition.name.value, definition.directives);
    for (const field of definition.fields ?? []) note(`${definition.name.value}.${field.name.value}`, field.directives);
  }
  return hints;
}

/** Of several hints on one place, from several subgraphs, the strictest counts. */
function hintOf(directives: readonly ConstDirectiveNode[] = []): CacheHint | null {
  const found = directives.filter((directive) => directive.name.value === 'cacheControl');
  if (found.length === 0) return null;
  const ages = found.flatMap((directive) => {
    const value = argumentOf(directive, 'maxAge');
    return value?.kind === Kind.INT ? [Number(value.value)] : [];
  });
  const scopes = found.map((directive) => {
    const value = argumentOf(directive, 'scope');
    return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : null;
  });
  const scope = scopes.includes('PRIVATE') ? 'PRIVATE' : scopes.every((said) => said === 'PUBLIC') ? 'PUBLIC' : null;
  return { maxAge: ages.length > 0 ? Math.min(...ages) : null, scope };
}

function argumentOf(directive: ConstDirectiveNode, name: string) {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}
