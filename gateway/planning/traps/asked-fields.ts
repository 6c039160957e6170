import {
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';

/** What stands at a place of an answer, by the types that a record may have there. */
export type Sets = ReadonlyMap<GraphQLObjectType, readonly SelectionSetNode[]>;

/** What an operation asks of the records at each place of its answer. */
export class AskedFields {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(
    private readonly document: DocumentNode,
    private readonly schema: GraphQLSchema,
  ) {
    this.fragments = new Map(
      document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
    );
  }

  /** How a variable is declared. */
  variable(name: string): VariableDefinitionNode | undefined {
    return this.document.definitions
      .flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? (each.variableDefinitions ?? []) : []))
      .find(({ variable }) => variable.name.value === name);
  }

  /** What is asked of records at a place. @param path response names from the root, lists left out */
  records(path: readonly string[]): Sets {
    let sets = this.roots();
    for (const key of path) sets = this.below(sets, key);
    return sets;
  }

  /** What is asked of records of a type, by response name. */
  fields(sets: Sets, type: string): ReadonlyMap<string, FieldNode> {
    const fields = new Map<string, FieldNode>();
    for (const [each, own] of sets)
      if (each.name === type) this.visitFields(each, own, (key, node) => void fields.set(key, node));
    return fields;
  }

  /** How a response name is asked for. */
  nodes(sets: Sets, wanted: string): readonly FieldNode[] {
    const found: FieldNode[] = [];
    for (const each of sets) this.visitFields(...each, (key, node) => void (key === wanted && found.push(node)));
    return found;
  }

  /** What is asked of records that a fragment is about; of all, where clients do not know its type. */
  within(sets: Sets, condition: string | undefined): Sets {
    if (!this.schema.getType(condition ?? '')) return sets;
    return new Map([...sets].filter(([type]) => this.applies(condition, type)));
  }

  private roots(): Sets {
    return new Map(
      this.document.definitions.flatMap((each) => {
        const root = each.kind === Kind.OPERATION_DEFINITION ? this.schema.getRootType(each.operation) : null;
        return each.kind === Kind.OPERATION_DEFINITION && root ? [[root, [each.selectionSet]] as const] : [];
      }),
    );
  }

  below(sets: Sets, wanted: string): Sets {
    const found = new Map<GraphQLObjectType, SelectionSetNode[]>();
    for (const [parent, own] of sets)
      this.visitFields(parent, own, (key, { name, selectionSet }) => {
        if (key !== wanted || !selectionSet) return;
        const type = getNamedType(parent.getFields()[name.value]?.type);
        const possible = isAbstractType(type) ? this.schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];
        for (const each of possible) found.set(each, [...(found.get(each) ?? []), selectionSet]);
      });
    return found;
  }

  private visitFields(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    told: (key: string, node: FieldNode) => void,
  ): void {
    for (const { selections } of sets)
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) told((selection.alias ?? selection.name).value, selection);
        else {
          const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value) : selection;
          if (fragment && this.applies(fragment.typeCondition?.name.value, type))
            this.visitFields(type, [fragment.selectionSet], told);
        }
      }
  }

  private applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const named = this.schema.getType(condition);
    return isAbstractType(named) && this.schema.isSubType(named, type);
  }
}
