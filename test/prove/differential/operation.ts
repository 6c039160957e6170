import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parseType,
  print,
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Random } from './random';

/** An operation with the variables that a client sends. */
export interface Sent {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

const MOST_FIELDS = 45;
const ALIASES = ['a', 'b', 'id', 'name'];

/** A random operation: valid nearly always; whoever asks for it validates it. */
export function randomOperation(schema: GraphQLSchema, random: Random): Sent {
  const isMutation = schema.getMutationType() !== undefined && schema.getMutationType() !== null && random.chance(0.08);
  return new OperationMaker(schema, random).make((isMutation ? 'mutation' : 'query') as OperationTypeNode);
}

class OperationMaker {
  private readonly definitions: VariableDefinitionNode[] = [];
  private readonly variables: Record<string, unknown> = {};
  private readonly fragments: FragmentDefinitionNode[] = [];
  /** Arguments of fields without an alias: mostly the same, so that they merge. */
  private readonly usual = new Map<string, readonly ArgumentNode[]>();
  private budget: number;
  private aliases = 0;
  private readonly aliasing: number;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
  ) {
    this.budget = random.between(3, MOST_FIELDS);
    this.aliasing = random.pick([0, 0.1, 0.3]);
  }

  make(operation: OperationTypeNode): Sent {
    const root = this.schema.getRootType(operation);
    if (!root) throw new Error(`the schema has no ${operation}`);
    const selectionSet = this.selectionOf(root, this.random.between(2, 7));
    const variableDefinitions = this.definitions;
    const name = this.random.chance(0.5) ? { name: { kind: Kind.NAME, value: 'Random' } as const } : {};
    const definition = { kind: Kind.OPERATION_DEFINITION, operation, ...name, variableDefinitions, selectionSet } as const;
    return { document: { kind: Kind.DOCUMENT, definitions: [definition, ...this.fragments] }, variables: this.variables };
  }

  private selectionOf(type: GraphQLCompositeType, depth: number): SelectionSetNode {
    const selections: SelectionNode[] = [];
    const count = this.random.between(1, 4);
    for (let at = 0; at < count; at += 1) {
      const selection = this.selection(type, depth);
      if (selection) selections.push(selection);
    }
    if (selections.length === 0 || this.random.chance(0.1)) selections.push(this.typename());
    return { kind: Kind.SELECTION_SET, selections: this.random.shuffled(selections) };
  }

  private selection(type: GraphQLCompositeType, depth: number): SelectionNode | null {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    if (fields.length === 0 || this.random.chance(isAbstractType(type) ? 0.45 : 0.12)) return this.fragment(type, depth);
    if (this.random.chance(0.03)) return this.typename();
    const fitting =
      depth > 1 && this.budget > 0 ? fields : fields.filter(({ type: each }) => !isCompositeType(getNamedType(each)));
    const links = fitting.filter(({ type: each }) => isCompositeType(getNamedType(each)));
    const field = this.random.maybe(links.length > 0 && this.random.chance(0.5) ? links : fitting);
    return field ? this.field(type, field, depth) : null;
  }

  private field(parent: GraphQLCompositeType, field: GraphQLField<unknown, unknown>, depth: number): FieldNode {
    this.budget -= 1;
    const type = getNamedType(field.type);
    const hasAlias = this.random.chance(this.aliasing);
    const alias = hasAlias ? { alias: { kind: Kind.NAME, value: this.alias() } as const } : {};
    const key = `${parent.name}.${field.name}`;
    const repeated = !hasAlias && this.random.chance(0.95) ? (this.usual.get(field.name) ?? this.usual.get(key)) : undefined;
    const given = repeated?.every(({ name }) => field.args.some((argument) => argument.name === name.value))
      ? repeated
      : undefined;
    const args = given ?? this.argumentsOf(field.args);
    if (!hasAlias && field.args.length > 0) this.usual.set(field.name, args);
    return {
      kind: Kind.FIELD,
      ...alias,
      name: { kind: Kind.NAME, value: field.name },
      arguments: args,
      directives: this.conditions(),
      ...(isCompositeType(type) ? { selectionSet: this.selectionOf(type, depth - 1) } : {}),
    };
  }

  private alias(): string {
    if (this.random.chance(0.4)) return this.random.pick(ALIASES);
    if (this.random.chance(0.2)) return this.random.pick(this.allFieldNames());
    this.aliases += 1;
    return `x${this.aliases}`;
  }

  private allFieldNames(): readonly string[] {
    const types = Object.values(this.schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
    return types.flatMap((type) => ('getFields' in type ? Object.keys(type.getFields()) : []));
  }

  private fragment(type: GraphQLCompositeType, depth: number): SelectionNode | null {
    if (depth <= 0) return this.typename();
    const around = Object.values(this.schema.getTypeMap()).filter(
      (other): other is GraphQLCompositeType =>
        isCompositeType(other) && !other.name.startsWith('__') && this.overlaps(type, other),
    );
    const condition = this.random.chance(0.15) ? null : (this.random.maybe(around) ?? null);
    const target = condition ?? type;
    const known = this.fragments.filter((fragment) => fragment.typeCondition.name.value === target.name);
    if (condition && known.length > 0 && this.random.chance(0.2))
      return { kind: Kind.FRAGMENT_SPREAD, name: this.random.pick(known).name, directives: this.conditions() };
    const selectionSet = this.selectionOf(target, depth - (isAbstractType(target) ? 1 : 0.5));
    const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: target.name } } as const;
    if (condition && this.random.chance(0.25)) {
      const name = { kind: Kind.NAME, value: `F${this.fragments.length}` } as const;
      this.fragments.push({ kind: Kind.FRAGMENT_DEFINITION, name, typeCondition, selectionSet });
      return { kind: Kind.FRAGMENT_SPREAD, name, directives: this.conditions() };
    }
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(condition ? { typeCondition } : {}),
      directives: this.conditions(),
      selectionSet,
    };
  }

  private overlaps(a: GraphQLCompositeType, b: GraphQLCompositeType): boolean {
    const possible = (type: GraphQLCompositeType) => (isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type]);
    return possible(a).some((type) => possible(b).includes(type));
  }

  private typename(): FieldNode {
    const alias = this.random.chance(this.aliasing) ? { alias: { kind: Kind.NAME, value: this.alias() } as const } : {};
    return { kind: Kind.FIELD, ...alias, name: { kind: Kind.NAME, value: '__typename' } };
  }

  private conditions(): DirectiveNode[] {
    if (!this.random.chance(0.08)) return [];
    const names = this.random.some(['skip', 'include']);
    return names.map((name) => ({
      kind: Kind.DIRECTIVE,
      name: { kind: Kind.NAME, value: name },
      arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'if' }, value: this.condition(name === 'include') }],
    }));
  }

  /** Mostly so that the field stays. */
  private condition(isUsual: boolean): ValueNode {
    const value = this.random.chance(0.7) ? isUsual : !isUsual;
    if (this.random.chance(0.3)) return { kind: Kind.BOOLEAN, value };
    const same = this.definitions.find(
      ({ variable }) => this.variables[variable.name.value] === value && variable.name.value.startsWith('c'),
    );
    const name = same?.variable.name.value ?? `c${this.definitions.length}`;
    if (!same) this.declare(name, 'Boolean!', undefined, value);
    return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
  }

  private declare(name: string, type: string, defaultValue: ValueNode | undefined, value: unknown): void {
    this.definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
      type: parseType(type, { noLocation: true }),
      ...(defaultValue ? { defaultValue: defaultValue as never } : {}),
    });
    if (value !== undefined) this.variables[name] = value;
  }

  private argumentsOf(args: readonly GraphQLArgument[]): ArgumentNode[] {
    return args.flatMap((argument) => {
      const isNeeded = isNonNullType(argument.type) && argument.defaultValue === undefined;
      if (!isNeeded && this.random.chance(0.35)) return [];
      const value = this.inputOf(argument.type, 3, argument.defaultValue !== undefined);
      return [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: argument.name }, value } as const];
    });
  }

  private inputOf(type: GraphQLInputType, depth: number, hasDefault: boolean): ValueNode {
    if (this.random.chance(0.4)) return this.variableOf(type, depth, hasDefault);
    return !isNonNullType(type) && this.random.chance(0.1) ? { kind: Kind.NULL } : this.literal(type, depth, true);
  }

  private variableOf(type: GraphQLInputType, depth: number, hasDefault: boolean): ValueNode {
    const name = `v${this.definitions.length}`;
    const value = !isNonNullType(type) && this.random.chance(0.1) ? null : plain(this.literal(type, depth, false));
    const fallback = this.random.chance(0.4) ? this.literal(type, depth, false) : undefined;
    const isNonNull = isNonNullType(type);
    const isLoose =
      isNonNull && (hasDefault || (fallback !== undefined && fallback.kind !== Kind.NULL)) && this.random.chance(0.5);
    const declared = isLoose && isNonNull ? type.ofType : type;
    const mayBeLeftOut = fallback !== undefined || !isNonNullType(declared);
    this.declare(name, String(declared), fallback, mayBeLeftOut && this.random.chance(0.3) ? undefined : value);
    return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
  }

  private literal(type: GraphQLInputType, depth: number, mayVary: boolean): ValueNode {
    if (isNonNullType(type)) return this.literal(type.ofType as GraphQLInputType, depth, mayVary);
    if (isListType(type)) {
      const item = type.ofType as GraphQLInputType;
      if (this.random.chance(0.2)) return this.element(item, depth, mayVary);
      const values = Array.from({ length: this.random.below(3) }, () => this.element(item, depth, mayVary));
      return { kind: Kind.LIST, values };
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).flatMap((field) => {
        const isNeeded = isNonNullType(field.type) && field.defaultValue === undefined;
        if (!isNeeded && (depth <= 0 || this.random.chance(0.4))) return [];
        const value = this.element(field.type, depth - 1, mayVary);
        return [{ kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: field.name }, value } as const];
      });
      return { kind: Kind.OBJECT, fields };
    }
    return this.leafLiteral(type);
  }

  /** An item of a list or a field of an input object, which may be null or a variable by itself. */
  private element(type: GraphQLInputType, depth: number, mayVary: boolean): ValueNode {
    if (!isNonNullType(type) && this.random.chance(0.12)) return { kind: Kind.NULL };
    if (mayVary && this.random.chance(0.2)) return this.variableOf(type, depth, false);
    return this.literal(type, depth, mayVary);
  }

  private leafLiteral(type: GraphQLInputType): ValueNode {
    const { random } = this;
    if (isEnumType(type)) return { kind: Kind.ENUM, value: random.pick(type.getValues()).name };
    switch (String(type)) {
      case 'Int':
        return { kind: Kind.INT, value: String(random.between(-5, 60)) };
      case 'Float':
        return random.chance(0.5) ? { kind: Kind.INT, value: String(random.below(9)) } : { kind: Kind.FLOAT, value: '2.5' };
      case 'Boolean':
        return { kind: Kind.BOOLEAN, value: random.chance(0.5) };
      case 'ID':
        return random.chance(0.5)
          ? { kind: Kind.INT, value: String(random.below(9)) }
          : { kind: Kind.STRING, value: `i${random.below(9)}` };
      case 'String':
        return { kind: Kind.STRING, value: random.pick(['', 'a', 'b "q"', 'ü\n']) };
      default:
        return random.chance(0.5)
          ? {
              kind: Kind.OBJECT,
              fields: [{ kind: Kind.OBJECT_FIELD, name: { kind: Kind.NAME, value: 'k' }, value: { kind: Kind.INT, value: '1' } }],
            }
          : { kind: Kind.STRING, value: 'blob' };
    }
  }
}

/** A literal as JSON, as a client sends it in variables. */
function plain(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map(plain);
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, plain(value)]));
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.VARIABLE:
      throw new Error('a variable holds no variables');
    default:
      return node.value;
  }
}

export function textOf({ document, variables }: Sent): string {
  return `${print(document)}\nvariables ${JSON.stringify(variables)}`;
}
