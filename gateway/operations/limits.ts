import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { AppError } from '../../platform/errors';
import type { Json } from '../executor/merge';
import type { PreparedOperation } from './operation';

/** What one operation may ask for, checked before validation and planning, which cost far more than reading. */
export interface OperationLimits {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  /** Fields in all, with every fragment counted where it is spread. */
  readonly fields: number;
  readonly directivesPerField: number;
  readonly directives: number;
  readonly tokens: number;
  /** What the answer may cost: records, with page sizes multiplied down the selection, as `gateway/demand/` estimates. */
  readonly cost: number;
}

export const DEFAULT_LIMITS: OperationLimits = {
  depth: 15,
  aliases: 30,
  rootFields: 20,
  fields: 1_000,
  directivesPerField: 5,
  directives: 50,
  tokens: 2_000,
  cost: 100_000,
};

/** Introspection by GraphiQL and code generators nests `ofType` deeper than any shop query. */
const INTROSPECTION_DEPTH = 20;

interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
}

/** @throws AppError OPERATION_TOO_LARGE naming the limit, what it allows and what was asked */
export function refuseTooLarge(document: DocumentNode, limits: OperationLimits): void {
  const measure = new Measure(document, limits);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = measure.sizeOf(definition.selectionSet);
    const isIntrospection = measure.isIntrospectionOnly(definition.selectionSet);
    within('depth', size.depth, isIntrospection ? INTROSPECTION_DEPTH : limits.depth);
    within('fields', size.fields, limits.fields);
    within('rootFields', size.rootFields, limits.rootFields);
  }
  within('aliases', measure.aliases, limits.aliases);
  within('directives', measure.directives, limits.directives);
}

/** Answers the estimate. @throws AppError OPERATION_TOO_LARGE when it is over the limit, BAD_USER_INPUT where a list's size must be asked */
export function refuseTooCostly(operation: PreparedOperation, variables: Readonly<Json>, limits: OperationLimits): number {
  const estimate = operation.demand.estimate(variables);
  within('cost', estimate, limits.cost);
  return estimate;
}

export function tooLarge(limit: keyof OperationLimits, allowed: number, actual: number | null): AppError {
  const found = actual === null ? 'is more' : limit === 'cost' ? `could be ${actual}` : `is ${actual}`;
  const message = `The operation is too large: ${limit} may be ${allowed} at most, and ${found}. Ask for less, or in several requests`;
  return new AppError('OPERATION_TOO_LARGE', message, { limit, allowed, actual });
}

function within(limit: keyof OperationLimits, actual: number, allowed: number): void {
  if (actual > allowed) throw tooLarge(limit, allowed, actual);
}

/** Measures selections; each fragment is measured once, so nested fragments cost no more than they are long. */
class Measure {
  aliases = 0;
  directives = 0;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly sizes = new Map<string, Size | 'measuring'>();

  constructor(
    document: DocumentNode,
    private readonly limits: OperationLimits,
  ) {
    const definitions = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(definitions.map((fragment) => [fragment.name.value, fragment]));
  }

  sizeOf(set: SelectionSetNode): Size {
    let depth = 0;
    let fields = 0;
    let rootFields = 0;
    for (const selection of set.selections) {
      this.countDirectives(selection.directives?.length ?? 0);
      if (selection.kind === Kind.FIELD) {
        if (selection.alias) this.aliases += 1;
        const inner = selection.selectionSet ? this.sizeOf(selection.selectionSet) : null;
        depth = Math.max(depth, 1 + (inner?.depth ?? 0));
        fields += 1 + (inner?.fields ?? 0);
        rootFields += 1;
      } else {
        const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
        const inner = isSpread ? this.sizeOfFragment(selection.name.value) : this.sizeOf(selection.selectionSet);
        depth = Math.max(depth, inner.depth);
        fields += inner.fields;
        rootFields += inner.rootFields;
      }
    }
    return { depth, fields, rootFields };
  }

  isIntrospectionOnly(set: SelectionSetNode): boolean {
    return set.selections.every((selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'));
  }

  private countDirectives(count: number): void {
    this.directives += count;
    within('directivesPerField', count, this.limits.directivesPerField);
  }

  /** A fragment that contains itself is refused later, by validation; here it counts nothing. */
  private sizeOfFragment(name: string): Size {
    const known = this.sizes.get(name);
    const fragment = this.fragments.get(name);
    if (known === 'measuring' || !fragment) return { depth: 0, fields: 0, rootFields: 0 };
    if (known) return known;
    this.sizes.set(name, 'measuring');
    const size = this.sizeOf(fragment.selectionSet);
    this.sizes.set(name, size);
    return size;
  }
}
