import { createHash } from 'node:crypto';
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type FieldNode,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';
import type { FetchStep } from '../executor/compile-plan';
import { CacheHints, type CacheHint } from '../supergraph/cache-hints';
import type { Supergraph } from '../supergraph/supergraph';

/**
 * Who may be given what another was answered: `everybody`, where the schema says PUBLIC; `alike`, where it says nothing:
 * those of whom the subgraph is told the same, such as all who are anonymous; `own`, where it says PRIVATE: as `alike`, but
 * never for those of whom nothing is known.
 */
export type Audience = 'everybody' | 'alike' | 'own';

/** How the answers of one fetch are kept. */
export interface FetchPolicy {
  readonly audience: Audience;
  readonly maxAgeMs: number;
  /** The beginning of keys: equal for equal questions to one subgraph of one supergraph. */
  readonly keyHead: string;
  /** Types that may stand in an answer, but for those of the entities themselves. */
  readonly types: readonly string[];
  /** Types of entities that can be told by their ids; a change of any other of the fetch's own types ends all of it. */
  readonly entityTypes: ReadonlySet<string>;
}

const ENTITIES = '_entities';

/** Judges fetches by the `@cacheControl` hints of a supergraph. Closed by default: what no hint allows is not kept. */
export class FetchPolicies {
  private readonly hints: CacheHints;
  private readonly judged = new WeakMap<FetchStep, FetchPolicy | 'none'>();

  constructor(private readonly supergraph: Pick<Supergraph, 'id' | 'sdl' | 'fullSchema'>) {
    this.hints = new CacheHints(supergraph.sdl, supergraph.fullSchema);
  }

  /** Whether anything at all may be kept. */
  get hasAny(): boolean {
    return this.hints.hasAny;
  }

  of(step: FetchStep): FetchPolicy | null {
    let judged = this.judged.get(step);
    if (judged === undefined) this.judged.set(step, (judged = this.judge(step) ?? 'none'));
    return judged === 'none' ? null : judged;
  }

  private judge(step: FetchStep): FetchPolicy | null {
    const { fullSchema, id } = this.supergraph;
    const [definition, ...others] = parse(step.query, { noLocation: true }).definitions;
    if (step.isMutation || definition?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return null;
    const rootType = fullSchema.getQueryType()?.name;
    const { selections } = definition.selectionSet;
    if (!rootType || definition.operation !== 'query') return null;
    const judgement = new Judgement(fullSchema, this.hints);
    if (step.representation) judgement.entities(selections);
    else judgement.fields(rootType, selections, true);
    const { maxAge, audience, types, entityTypes } = judgement;
    if (!(maxAge > 0) || maxAge === Infinity) return null;
    const keyHead = createHash('sha256').update(`${id}\n${step.shareKey}`).digest('base64url');
    return { audience, maxAgeMs: maxAge * 1000, keyHead, types: [...types], entityTypes };
  }
}

/** What the hints say of one fetch; the strictest counts. */
class Judgement {
  maxAge = Infinity;
  audience: Audience = 'everybody';
  readonly types = new Set<string>();
  readonly entityTypes = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly hints: CacheHints,
  ) {}

  entities(selections: readonly SelectionNode[]): void {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD || selection.name.value !== ENTITIES || selection.alias) return this.refuse();
      for (const fragment of selection.selectionSet?.selections ?? []) {
        if (fragment.kind === Kind.FIELD && fragment.name.value === '__typename') continue;
        const type = fragment.kind === Kind.INLINE_FRAGMENT ? fragment.typeCondition?.name.value : undefined;
        if (type === undefined || fragment.kind !== Kind.INLINE_FRAGMENT) return this.refuse();
        this.entity(type, fragment.selectionSet.selections);
      }
    }
  }

  /** @param isTop whether a field without a hint has nobody to take one from */
  fields(parent: string, selections: readonly SelectionNode[], isTop: boolean): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) this.field(parent, selection, isTop);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        this.fields(selection.typeCondition?.name.value ?? parent, selection.selectionSet.selections, isTop);
      else return this.refuse();
    }
  }

  private entity(type: string, selections: readonly SelectionNode[]): void {
    const hint = this.hints.ofType(type);
    if (hint) this.take(hint);
    // Whoever announces a change of an interface's record names its own type, which the subgraph of this fetch does not know.
    if (isObjectType(this.schema.getType(type))) this.entityTypes.add(type);
    else this.note(type);
    this.fields(type, selections, hint === undefined || hint.maxAge === null);
  }

  private field(parent: string, node: FieldNode, isTop: boolean): void {
    if (node.name.value === '__typename') return;
    const owner = this.schema.getType(parent);
    const field = isObjectType(owner) || isInterfaceType(owner) ? owner.getFields()[node.name.value] : undefined;
    if (!field) return this.refuse();
    const type = getNamedType(field.type);
    const hints = [this.hints.ofField(parent, node.name.value), this.hints.ofType(type.name)].filter(
      (hint) => hint !== undefined,
    );
    // The field's own age wins over that of its type; who may see it is what the stricter of them says.
    const age = hints.find(({ maxAge }) => maxAge !== null)?.maxAge ?? null;
    for (const { scope } of hints) this.take({ maxAge: age, scope });
    if (age === null && isTop && !this.hints.isKey(parent, node.name.value)) this.refuse();
    if (!isCompositeType(type)) return;
    this.note(type.name);
    this.fields(type.name, node.selectionSet?.selections ?? [], false);
  }

  private take({ maxAge, scope }: CacheHint): void {
    if (maxAge !== null) this.maxAge = Math.min(this.maxAge, maxAge);
    if (scope === 'PRIVATE') this.audience = 'own';
    else if (scope !== 'PUBLIC' && this.audience === 'everybody') this.audience = 'alike';
  }

  private note(name: string): void {
    const type = this.schema.getType(name);
    this.types.add(name);
    if (isAbstractType(type)) for (const possible of this.schema.getPossibleTypes(type)) this.types.add(possible.name);
  }

  private refuse(): void {
    this.maxAge = 0;
  }
}
