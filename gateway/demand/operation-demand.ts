import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { CostDirectives, ListSize } from './cost-directives';
import { argumentCosts } from './argument-costs';
import { both, inclusionOf, type Condition } from './conditions';
import { lengthsOf, mostOf, PLAIN_LIST, type Count, type Lengths } from './list-length';
import { actualOf, estimateOf, Part, type Parts } from './parts';

type Json = Readonly<Record<string, unknown>>;

/** What an operation asks of whoever answers it, in the units of `@cost`: one for each record unless the schema says otherwise. */
export interface OperationDemand {
  /** Before anything is fetched. @throws AppError BAD_USER_INPUT for a list whose size must be asked and is not */
  estimate(variables: Json): number;
  /** Of what was answered. */
  actual(data: Json | null | undefined, variables: Json): number;
}

/** What a page tells of the lists in it. */
interface Page {
  readonly count: Count;
  readonly sized: ReadonlySet<string> | null;
}

export interface MeasuredOperation {
  readonly rootType: GraphQLNamedType | null | undefined;
  readonly selections: SelectionSetNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Measures an operation that was found valid. */
export function demandOf(schema: GraphQLSchema, directives: CostDirectives, operation: MeasuredOperation): OperationDemand {
  const parts: Parts = new Map();
  const { rootType, selections, fragments } = operation;
  if (rootType) new Measuring(schema, directives, fragments).addTo(parts, rootType, selections, OUTSIDE);
  const isFixed = [...parts.values()].map((part) => part.settle()).every(Boolean);
  const fixed = isFixed ? estimateOf(parts, {}) : null;
  return {
    estimate: (variables) => fixed ?? estimateOf(parts, variables),
    actual: (data, variables) => (data ? actualOf(parts, data, variables) : 0),
  };
}

/** What stands around a selection. */
interface Around {
  /** What is told of the lists in it. */
  readonly pages: readonly Page[];
  readonly when: Condition;
}

const OUTSIDE: Around = { pages: [], when: true };

class Measuring {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly directives: CostDirectives,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {}

  addTo(parts: Parts, parent: GraphQLNamedType, set: SelectionSetNode, around: Around): void {
    for (const selection of set.selections) {
      const when = both(around.when, inclusionOf(selection));
      if (when === false) continue;
      if (selection.kind === Kind.FIELD) {
        this.addField(parts, parent, selection, { ...around, when });
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
      const condition = fragment?.typeCondition && this.schema.getType(fragment.typeCondition.name.value);
      if (fragment) this.addTo(parts, condition ?? parent, fragment.selectionSet, { ...around, when });
    }
  }

  private addField(parts: Parts, parent: GraphQLNamedType, node: FieldNode, { pages, when }: Around): void {
    const field = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined;
    if (!field || !('type' in field) || !('args' in field)) return;
    const type = getNamedType(field.type);
    const weight = this.weightOf(parent, field.name, type);
    const once = argumentCosts(this.directives, this.placesOf(parent, field.name), field, node);
    if (!isCompositeType(type) && weight === 0 && once.length === 0) return;
    const key = node.alias?.value ?? node.name.value;
    const lengths = lengthsOf(field, node, this.sizesOf(parent, field.name));
    const part = parts.get(key) ?? new Part();
    parts.set(key, part);
    part.add({ when, weight, once, count: mostOf(lengths.map((each) => countOf(field, each, pages))) });
    if (!node.selectionSet || !isCompositeType(type)) return;
    const below = isList(field.type) ? [] : lengths.flatMap(pageOf);
    this.addTo(part.inner, type, node.selectionSet, { pages: below, when });
  }

  /** Of an interface the most that any type behind it weighs. */
  private weightOf(parent: GraphQLNamedType, field: string, type: GraphQLNamedType): number {
    const own = isCompositeType(type) ? 1 : 0;
    if (!this.directives.hasWeights) return own;
    const ofField = this.placesOf(parent, field).flatMap((place) => this.directives.weightOf(place) ?? []);
    if (ofField.length > 0) return Math.max(...ofField);
    const types = isAbstractType(type) ? [type, ...this.schema.getPossibleTypes(type)] : [type];
    const weights = types.slice(isAbstractType(type) ? 1 : 0).map(({ name }) => this.directives.weightOf(name) ?? own);
    return Math.max(this.directives.weightOf(type.name) ?? 0, ...weights);
  }

  private sizesOf(parent: GraphQLNamedType, field: string): ListSize[] {
    return this.typesOf(parent).flatMap((type) => this.directives.sizeOf(type, field) ?? []);
  }

  private placesOf(parent: GraphQLNamedType, field: string): string[] {
    return this.typesOf(parent).map((type) => `${type}.${field}`);
  }

  private typesOf(type: GraphQLNamedType): string[] {
    return [type.name, ...(isAbstractType(type) ? this.schema.getPossibleTypes(type).map(({ name }) => name) : [])];
  }
}

function pageOf({ inPage, sized }: Lengths): Page[] {
  return inPage === null ? [] : [{ count: inPage, sized }];
}

/** A list in a page is as long as the page, unless its own arguments tell. */
function countOf(field: GraphQLField<unknown, unknown>, lengths: Lengths, pages: readonly Page[]): Count {
  if (!isList(field.type)) return 1;
  const telling = pages.filter(({ sized }) => sized === null || sized.has(field.name)).map(({ count }) => count);
  const count = lengths.own ?? (telling.length > 0 ? mostOf(telling) : PLAIN_LIST);
  const inside = PLAIN_LIST ** (depthOf(field.type) - 1);
  if (inside === 1) return count;
  return typeof count === 'number' ? count * inside : (variables) => count(variables) * inside;
}

/** How many lists stand in one another. */
function depthOf(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return depthOf(type.ofType);
  return isListType(type) ? 1 + depthOf(type.ofType) : 0;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
