import {
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  getNamedType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { AppError } from '../../platform/errors';

/** What one set of grants keeps from whoever has them. */
export interface Denials {
  /** Whether a field of an object type must not be seen. */
  field(type: string, field: string): boolean;
  /** Whether records of an object type must not be seen where an interface or a union stands. */
  type(type: string): boolean;
}

export interface DeniedRoot {
  /** Its response name. */
  readonly key: string;
  readonly type: string;
  readonly field: string;
}

export interface Filtered {
  /** The operation without what is denied; its fragments stand where they were spread. */
  readonly document: DocumentNode;
  /** Response names from the root to what was left out, without what lies below. */
  readonly places: readonly (readonly string[])[];
  /** Denied root fields without which there is no answer: non-null ones, and whatever a subscription subscribes to. */
  readonly fatal: readonly DeniedRoot[];
}

/** Interfaces that are asked for fields of which one type's are denied grow by a fragment for each other type. */
const MAX_SELECTIONS = 20_000;
const MAX_PLACES = 100;

/**
 * Leaves out of an operation, before it is planned, what is denied: it is then asked of no subgraph. A field of an interface
 * that only some of the types behind it deny is asked of the others.
 *
 * @param document a valid operation whose conditions (`@skip`, `@include`) are decided
 * @throws AppError OPERATION_TOO_LARGE
 */
export function withoutDenied(schema: GraphQLSchema, document: DocumentNode, denials: Denials): Filtered {
  return new Filter(schema, document, denials).filtered();
}

class Filter {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly places = new Map<string, readonly string[]>();
  private readonly fatal: DeniedRoot[] = [];
  private readonly path: string[] = [];
  private selections = 0;
  /** Whether a field was left out of the selection at hand. */
  private hasLeftOut = false;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly denials: Denials,
  ) {
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  filtered(): Filtered {
    const definitions = this.document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    const kept = definitions.map((definition): OperationDefinitionNode => {
      const root = this.schema.getRootType(definition.operation);
      if (!root) throw new Error(`the schema has no ${definition.operation}`);
      return { ...definition, selectionSet: this.setOn(root, definition.selectionSet, [root]) };
    });
    return { document: { kind: Kind.DOCUMENT, definitions: kept }, places: [...this.places.values()], fatal: this.fatal };
  }

  /** @param around the object types that may stand here, denied ones too */
  private setOn(parent: GraphQLCompositeType, set: SelectionSetNode, around: readonly GraphQLObjectType[]): SelectionSetNode {
    const outer = this.hasLeftOut;
    this.hasLeftOut = false;
    const kept = this.selectionsOn(parent, set, around);
    // What is null in the answer depends on the type, which nothing else may tell.
    const mustTell = isAbstractType(parent) && (this.hasLeftOut || around.some(({ name }) => this.denials.type(name)));
    this.hasLeftOut = outer;
    return { ...set, selections: kept.length === 0 || mustTell ? [...kept, TYPENAME] : kept };
  }

  private selectionsOn(
    parent: GraphQLCompositeType,
    set: SelectionSetNode,
    around: readonly GraphQLObjectType[],
  ): readonly SelectionNode[] {
    return set.selections.flatMap((selection): readonly SelectionNode[] => {
      this.count();
      if (selection.kind === Kind.FIELD) return this.field(parent, selection, around);
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
      if (!fragment) throw new Error('a valid operation spreads a fragment that it has not');
      return this.fragment(parent, fragment, selection.directives ?? [], around);
    });
  }

  private fragment(
    parent: GraphQLCompositeType,
    fragment: FragmentDefinitionNode | InlineFragmentNode,
    directives: InlineFragmentNode['directives'],
    around: readonly GraphQLObjectType[],
  ): InlineFragmentNode[] {
    const condition = fragment.typeCondition ? this.schema.getType(fragment.typeCondition.name.value) : parent;
    if (!isCompositeType(condition)) throw new Error('a valid operation has a fragment on no composite type');
    const inside = around.filter((type) => isBehind(this.schema, condition, type));
    // A record of a denied type is null as a whole.
    if (inside.every(({ name }) => this.denials.type(name))) {
      if (inside.length > 0) this.note(this.path);
      return [];
    }
    const selections = this.selectionsOn(condition, fragment.selectionSet, inside);
    return selections.length === 0 ? [] : [fragmentOn(condition.name, selections, directives)];
  }

  private field(parent: GraphQLCompositeType, node: FieldNode, around: readonly GraphQLObjectType[]): readonly SelectionNode[] {
    const name = node.name.value;
    if (name.startsWith('__')) return [node];
    const field = 'getFields' in parent ? parent.getFields()[name] : undefined;
    if (!field) throw new Error(`a valid operation asks for ${parent.name}.${name}, which is no field`);
    const key = node.alias?.value ?? name;
    this.path.push(key);
    const here = around.filter((type) => !this.denials.type(type.name));
    const allowed = here.filter((type) => !this.denials.field(type.name, name));
    if (allowed.length < around.length) {
      this.note(this.path);
      this.hasLeftOut = true;
    }
    if (allowed.length < here.length && this.path.length === 1) this.denyRoot(key, here, field);
    // Types behind one interface may narrow what its field answers; the interface's own type covers all of them.
    const kept = allowed.length > 0 ? this.withInner(node, getNamedType(field.type)) : node;
    this.path.pop();
    if (allowed.length === 0) return [];
    if (allowed.length === around.length || isObjectType(parent)) return [kept];
    return allowed.map((type) => {
      this.count();
      return fragmentOn(type.name, [kept], []);
    });
  }

  private withInner(node: FieldNode, type: GraphQLNamedType): FieldNode {
    if (!node.selectionSet || !isCompositeType(type)) return node;
    const around = isObjectType(type) ? [type] : this.schema.getPossibleTypes(type);
    return { ...node, selectionSet: this.setOn(type, node.selectionSet, around) };
  }

  private denyRoot(key: string, [root]: readonly GraphQLObjectType[], { name, type }: GraphQLField<unknown, unknown>): void {
    const isSubscription = root === this.schema.getSubscriptionType();
    if (root && (isSubscription || isNonNullType(type))) this.fatal.push({ key, type: root.name, field: name });
  }

  private note(path: readonly string[]): void {
    const key = path.join('.');
    if (this.places.size < MAX_PLACES && !this.places.has(key)) this.places.set(key, [...path]);
  }

  private count(): void {
    this.selections += 1;
    if (this.selections <= MAX_SELECTIONS) return;
    const message = 'The operation is too large: what you may not see of it cannot be left out. Ask for it in several requests';
    throw new AppError('OPERATION_TOO_LARGE', message, { limit: 'selections', allowed: MAX_SELECTIONS });
  }
}

function isBehind(schema: GraphQLSchema, condition: GraphQLCompositeType, type: GraphQLObjectType): boolean {
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
}

function fragmentOn(
  type: string,
  selections: readonly SelectionNode[],
  directives: InlineFragmentNode['directives'],
): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    directives,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
