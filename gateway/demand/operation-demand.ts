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
import { lengthsOf, PLAIN_LIST, type Count, type Lengths } from './list-length';

type Json = Readonly<Record<string, unknown>>;

/** What an operation asks of whoever answers it, in the units of `@cost`: one for each record unless the schema says otherwise. */
export interface OperationDemand {
  /** Before anything is fetched. @throws AppError BAD_USER_INPUT for a list whose size must be asked and is not */
  estimate(variables: Json): number;
  /** Of what was answered. */
  actual(data: Json | null | undefined, variables: Json): number;
}

/** One field of an answer: the same field that several fragments ask for is one. */
interface Part {
  /** Of one value, without what stands below. */
  weight: number;
  /** By its arguments, once whatever it answers: for each place that asks for it, of which the dearest counts. */
  readonly once: ((variables: Json) => number)[][];
  /** How many values it has at most: of all that say so, the largest. */
  readonly counts: Count[];
  readonly inner: Parts;
}

/** By response name. */
type Parts = Map<string, Part>;

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
  if (rootType) new Measuring(schema, directives, fragments).addTo(parts, rootType, selections, null);
  return {
    estimate: (variables) => estimateOf(parts, variables),
    actual: (data, variables) => (data ? actualOf(parts, data, variables) : 0),
  };
}

function estimateOf(parts: Parts, variables: Json): number {
  let sum = 0;
  for (const { weight, once, counts, inner } of parts.values()) {
    let times = 0;
    for (const count of counts) times = Math.max(times, typeof count === 'number' ? count : count(variables));
    sum += times * (weight + estimateOf(inner, variables));
    sum += dearestOf(once, variables);
  }
  return sum;
}

function dearestOf(places: Part['once'], variables: Json): number {
  let most = 0;
  for (const costs of places) {
    let sum = 0;
    for (const cost of costs) sum += cost(variables);
    most = Math.max(most, sum);
  }
  return most;
}

function actualOf(parts: Parts, data: Json, variables: Json): number {
  let sum = 0;
  for (const [key, { weight, once, inner }] of parts) {
    if (data[key] === undefined) continue;
    sum += costOf(data[key], weight, inner, variables);
    sum += dearestOf(once, variables);
  }
  return sum;
}

function costOf(value: unknown, weight: number, inner: Parts, variables: Json): number {
  if (value === null || value === undefined) return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + costOf(item, weight, inner, variables), 0);
  return weight + (inner.size > 0 ? actualOf(inner, value as Json, variables) : 0);
}

class Measuring {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly directives: CostDirectives,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {}

  addTo(parts: Parts, parent: GraphQLNamedType, set: SelectionSetNode, page: Page | null): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        this.addField(parts, parent, selection, page);
        continue;
      }
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
      const condition = fragment?.typeCondition && this.schema.getType(fragment.typeCondition.name.value);
      if (fragment) this.addTo(parts, condition ?? parent, fragment.selectionSet, page);
    }
  }

  private addField(parts: Parts, parent: GraphQLNamedType, node: FieldNode, page: Page | null): void {
    const field = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined;
    if (!field || !('type' in field) || !('args' in field)) return;
    const type = getNamedType(field.type);
    const weight = this.weightOf(parent, field.name, type);
    const once = argumentCosts(this.directives, this.placesOf(parent, field.name), field, node);
    if (!isCompositeType(type) && weight === 0 && once.length === 0) return;
    const key = node.alias?.value ?? node.name.value;
    const lengths = lengthsOf(field, node, this.sizeOf(parent, field.name));
    const known = parts.get(key);
    const part: Part = known ?? { weight, once: [], counts: [], inner: new Map() };
    if (once.length > 0) part.once.push(once);
    part.weight = Math.max(part.weight, weight);
    part.counts.push(countOf(field, lengths, page));
    if (!known) parts.set(key, part);
    const inPage = lengths.inPage === null || isList(field.type) ? null : { count: lengths.inPage, sized: lengths.sized };
    if (node.selectionSet && isCompositeType(type)) this.addTo(part.inner, type, node.selectionSet, inPage);
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

  private sizeOf(parent: GraphQLNamedType, field: string): ListSize | undefined {
    return this.typesOf(parent)
      .map((type) => this.directives.sizeOf(type, field))
      .find((size) => size !== undefined);
  }

  private placesOf(parent: GraphQLNamedType, field: string): string[] {
    return this.typesOf(parent).map((type) => `${type}.${field}`);
  }

  private typesOf(type: GraphQLNamedType): string[] {
    return [type.name, ...(isAbstractType(type) ? this.schema.getPossibleTypes(type).map(({ name }) => name) : [])];
  }
}

/** A list in a page is as long as the page, unless its own arguments tell. */
function countOf(field: GraphQLField<unknown, unknown>, lengths: Lengths, page: Page | null): Count {
  if (!isList(field.type)) return 1;
  const isInPage = page !== null && (page.sized === null || page.sized.has(field.name));
  const count = lengths.own ?? (isInPage ? page.count : PLAIN_LIST);
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
