import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';
import type { PreparedOperation } from '../operations/operation';
import { CacheHints } from '../supergraph/cache-hints';
import type { Supergraph } from '../supergraph/supergraph';

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
  private readonly hints: CacheHints;
  private readonly judged = new WeakMap<PreparedOperation, { readonly policy: CachePolicy | null }>();

  constructor(private readonly supergraph: Supergraph) {
    this.hints = new CacheHints(supergraph.sdl, supergraph.fullSchema);
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
    return kind === 'query' && protection === null && this.hints.hasAny;
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
    const hints = [this.hints.ofField(parent, field), this.hints.ofType(type)].filter((hint) => hint !== undefined);
    if (hints.some((hint) => hint.scope === 'PRIVATE')) return 0;
    const age = hints.find((hint) => hint.maxAge !== null)?.maxAge;
    return age ?? (isRoot ? 0 : Infinity);
  }
}

function objectTypesOf(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  if (isAbstractType(type)) return schema.getPossibleTypes(type).map((possible) => possible.name);
  return isObjectType(type) ? [name] : [];
}
