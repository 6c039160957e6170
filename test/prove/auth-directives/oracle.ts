import {
  execute,
  getNamedType,
  GraphQLError,
  isAbstractType,
  Kind,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { Rec, type Data } from '../differential/data';
import type { SubgraphView } from '../differential/federation';

/** Who asks. */
export interface Person {
  readonly isSignedIn: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

type Rule = (person: Person) => boolean;

/**
 * Says what a person may see, as each subgraph wrote it: judged field by field and record by record while graphql-js resolves
 * one schema over the same data. It knows neither the supergraph nor plans, and shares nothing with what it judges.
 */
export class Oracle {
  private readonly rules = new Map<string, Rule[]>();

  constructor(
    subgraphs: readonly SubgraphView[],
    private readonly schema: GraphQLSchema,
    private readonly data: Data,
  ) {
    for (const subgraph of subgraphs) this.read(subgraph);
  }

  maySee(person: Person, ...places: readonly string[]): boolean {
    return places.every((place) => (this.rules.get(place) ?? []).every((rule) => rule(person)));
  }

  /** A field of an object type, with the type that it returns where that is told by the schema alone. */
  maySeeField(person: Person, parent: string, field: string): boolean {
    const type = this.schema.getType(parent);
    const returned = type && 'getFields' in type ? type.getFields()[field]?.type : undefined;
    const named = getNamedType(returned);
    const isRoot = ['Query', 'Mutation', 'Subscription'].includes(parent);
    return this.maySee(
      person,
      `${parent}.${field}`,
      ...(isRoot ? [parent] : []),
      ...(named && !isAbstractType(named) ? [named.name] : []),
    );
  }

  answer(document: DocumentNode, variableValues: Readonly<Record<string, unknown>>, person: Person): ExecutionResult {
    const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, args, _context, { parentType, fieldName }) => {
      if (!this.maySeeField(person, parentType.name, fieldName)) throw new GraphQLError(`no ${parentType.name}.${fieldName}`);
      const record = source instanceof Rec ? source : new Rec(parentType.name, 'root');
      return this.valueOf(record, fieldName, args);
    };
    const typeResolver = (value: unknown): string => {
      const { type } = value as Rec;
      if (!this.maySee(person, type)) throw new GraphQLError(`no ${type}`);
      return type;
    };
    return execute({
      schema: this.schema,
      document,
      variableValues,
      fieldResolver,
      typeResolver,
      rootValue: {},
    }) as ExecutionResult;
  }

  private valueOf(record: Rec, field: string, args: Readonly<Record<string, unknown>>): unknown {
    const { requires, contextual } = this.data.factsOf(record.type, field);
    const needed: Record<string, unknown> = requires ? this.data.select(record, requires) : {};
    if (contextual.length > 0) throw new Error('the proof makes no supergraphs with @fromContext');
    return this.data.valueOf(record, field, args, requires ? needed : null);
  }

  private read({ types }: SubgraphView): void {
    for (const type of types.values()) {
      for (const node of type.nodes) {
        this.note(type.name, node.directives ?? []);
        const fields = 'fields' in node ? (node.fields ?? []) : [];
        for (const field of fields)
          for (const owner of this.typesWith(type.name)) this.note(`${owner}.${field.name.value}`, field.directives ?? []);
      }
    }
  }

  /** An interface, as `@interfaceObject` stands for it, means all types that implement it. */
  private typesWith(name: string): readonly string[] {
    const type = this.schema.getType(name);
    return isAbstractType(type) ? this.schema.getPossibleTypes(type).map((each) => each.name) : [name];
  }

  private note(place: string, directives: readonly ConstDirectiveNode[]): void {
    for (const directive of directives) {
      const rule = ruleOf(directive);
      if (rule) this.rules.set(place, [...(this.rules.get(place) ?? []), rule]);
    }
  }
}

function ruleOf({ name, arguments: given }: ConstDirectiveNode): Rule | null {
  const wanted = (): string[][] =>
    listOf(given?.[0]?.value).map((inner) => listOf(inner).map((text) => (text.kind === Kind.STRING ? text.value : '')));
  switch (name.value) {
    case 'federation__authenticated':
      return ({ isSignedIn }) => isSignedIn;
    case 'federation__requiresScopes': {
      const lists = wanted();
      return ({ scopes }) => lists.some((list) => list.every((scope) => scopes.has(scope)));
    }
    case 'federation__policy': {
      const lists = wanted();
      return ({ policies }) => lists.some((list) => list.every((policy) => policies.has(policy)));
    }
    default:
      return null;
  }
}

function listOf(value: ConstValueNode | undefined): readonly ConstValueNode[] {
  return value?.kind === Kind.LIST ? value.values : [];
}
