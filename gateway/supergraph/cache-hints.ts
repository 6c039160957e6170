import { isAbstractType, Kind, parse, type ConstDirectiveNode, type GraphQLSchema } from 'graphql';

/** What the schema says of a field or type by `@cacheControl`. */
export interface CacheHint {
  /** Seconds; `null` where only the scope is said. */
  readonly maxAge: number | null;
  /** RIGHTS: equal for viewers of equal roles and scopes. `null` where nothing is said: equal for everybody of whom nothing is known. */
  readonly scope: 'PUBLIC' | 'RIGHTS' | 'PRIVATE' | null;
}

/** The hints of a supergraph. */
export class CacheHints {
  /** By `Type` and `Type.field`. */
  private readonly hints = new Map<string, CacheHint>();
  /** `Type.field` of what entities are told by. */
  private readonly keys = new Set<string>();

  /** @param schema with all types that subgraphs may answer */
  constructor(
    supergraphSdl: string,
    private readonly schema: GraphQLSchema,
  ) {
    for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
      if (!('name' in definition) || !definition.name) continue;
      const { kind, name } = definition;
      if (kind === Kind.UNION_TYPE_DEFINITION) this.note(name.value, definition.directives);
      if (kind !== Kind.OBJECT_TYPE_DEFINITION && kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      this.note(name.value, definition.directives);
      for (const key of keyFields(definition.directives)) this.keys.add(`${name.value}.${key}`);
      for (const field of definition.fields ?? []) this.note(`${name.value}.${field.name.value}`, field.directives);
    }
  }

  get hasAny(): boolean {
    return this.hints.size > 0;
  }

  ofType(type: string): CacheHint | undefined {
    return this.strictest(type, '');
  }

  ofField(parent: string, field: string): CacheHint | undefined {
    return this.strictest(parent, `.${field}`);
  }

  /** Whether entities of this type are told by this field, so that it cannot change. */
  isKey(type: string, field: string): boolean {
    return this.keys.has(`${type}.${field}`);
  }

  /** What an interface or union says, and what the types behind it say: one of these may stand there. */
  private strictest(name: string, place: string): CacheHint | undefined {
    const own = this.hints.get(name + place);
    const type = this.schema.getType(name);
    if (!isAbstractType(type)) return own;
    const behind = this.schema.getPossibleTypes(type).map((possible) => this.hints.get(possible.name + place));
    const all = [own, ...behind].filter((hint) => hint !== undefined);
    if (all.length === 0) return undefined;
    const ages = all.flatMap(({ maxAge }) => (maxAge === null ? [] : [maxAge]));
    const isAged = own ? own.maxAge !== null : behind.every((hint) => typeof hint?.maxAge === 'number');
    return { maxAge: isAged ? Math.min(...ages) : null, scope: strictestScope(all.map(({ scope }) => scope)) };
  }

  private note(name: string, directives: readonly ConstDirectiveNode[] | undefined): void {
    const hint = hintOf(directives);
    if (hint) this.hints.set(name, hint);
  }
}

/** Keys with parts are left out: what stands in them may change. */
function keyFields(directives: readonly ConstDirectiveNode[] = []): string[] {
  return directives.flatMap((directive) => {
    const key = directive.name.value === 'join__type' ? argumentOf(directive, 'key') : undefined;
    return key?.kind === Kind.STRING && !key.value.includes('{') ? key.value.split(/[\s,]+/) : [];
  });
}

function strictestScope(scopes: readonly (string | null)[]): CacheHint['scope'] {
  if (scopes.includes('PRIVATE')) return 'PRIVATE';
  if (scopes.every((said) => said === 'PUBLIC')) return 'PUBLIC';
  return scopes.every((said) => said === 'PUBLIC' || said === 'RIGHTS') ? 'RIGHTS' : null;
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
  return { maxAge: ages.length > 0 ? Math.min(...ages) : null, scope: strictestScope(scopes) };
}

function argumentOf(directive: ConstDirectiveNode, name: string) {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}
