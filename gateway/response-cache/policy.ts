import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ConstDirectiveNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';
import type { PreparedOperation } from '../operations/operation';
import type { Supergraph } from '../supergraph/supergraph';

/** What the schema says of a field or type by `@cacheControl`. */
interface CacheHint {
  /** Seconds; `null` where only the scope is said. */
  readonly maxAge: number | null;
  readonly isPrivate: boolean;
}

/** For how long everybody may be given the same answer, and what ends it sooner. */
export interface CachePolicy {
  readonly maxAgeSeconds: number;
  /** Object types that may stand in the answer; a change of any of them ends it. */
  readonly types: readonly string[];
}

/**
 * Judges operations by the `@cacheControl` hints of their supergraph. Closed by default: an operation may be kept only
 * when every root field is declared cacheable, by itself or by its type, and nothing below is private or of age 0.
 */
export class CachePolicies {
  private readonly hints: ReadonlyMap<string, CacheHint>;
  private readonly judged = new WeakMap<PreparedOperation, { readonly policy: CachePolicy | null }>();

  constructor(private readonly supergraph: Supergraph) {
    this.hints = readHints(supergraph.sdl);
  }

  policyOf(operation: PreparedOperation): CachePolicy | null {
    let judged = this.judged.get(operation);
    if (!judged) {
      judged = { policy: this.mayJudge(operation) ? this.judge(operation) : null };
      this.judged.set(operation, judged);
    }
    return judged.policy;
  }

  /** What not everybody may see is nobody's public answer. */
  private mayJudge({ kind, protection }: PreparedOperation): boolean {
    return kind === 'query' && protection === null && this.hints.size > 0;
  }

  private judge(operation: PreparedOperation): CachePolicy | null {
    const { apiSchema } = this.supergraph;
    const typeInfo = new TypeInfo(apiSchema);
    const rootType = apiSchema.getQueryType()?.name;
    const types = new Set<string>();
    let maxAge = Infinity;
    visit(
      operation.document,
      visitWithTypeInfo(typeInfo, {
        Field: (node: FieldNode) => {
          const parent = typeInfo.getParentType()?.name;
          const type = getNamedType(typeInfo.getType());
          if (node.name.value === '__typename') return;
          if (!parent || !type || node.name.value.startsWith('__')) {
            maxAge = 0;
            return;
          }
          if (isCompositeType(type)) for (const name of objectTypesOf(apiSchema, type.name)) types.add(name);
          maxAge = Math.min(maxAge, this.ageOf(parent, node.name.value, type.name, parent === rootType));
        },
      }),
    );
    return maxAge > 0 && maxAge < Infinity ? { maxAgeSeconds: maxAge, types: [...types] } : null;
  }

  /** Infinity where nothing is said below the root, so that the field takes its parent's age. */
  private ageOf(parent: string, field: string, type: string, isRoot: boolean): number {
    const hints = [this.hints.get(`${parent}.${field}`), this.hints.get(type)].filter((hint) => hint !== undefined);
    if (hints.some((hint) => hint.isPrivate)) return 0;
    const age = hints.find((hint) => hint.maxAge !== null)?.maxAge;
    return age ?? (isRoot ? 0 : Infinity);
  }
}

function objectTypesOf(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  if (isAbstractType(type)) return schema.getPossibleTypes(type).map((possible) => possible.name);
  return isObjectType(type) ? [name] : [];
}

function readHints(supergraphSdl: string): Map<string, CacheHint> {
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
    const value = directive.arguments?.find((argument) => argument.name.value === 'maxAge')?.value;
    return value?.kind === Kind.INT ? [Number(value.value)] : [];
  });
  const isPrivate = found.some((directive) => {
    const value = directive.arguments?.find((argument) => argument.name.value === 'scope')?.value;
    return (value?.kind === Kind.STRING || value?.kind === Kind.ENUM) && value.value === 'PRIVATE';
  });
  return { maxAge: ages.length > 0 ? Math.min(...ages) : null, isPrivate };
}
