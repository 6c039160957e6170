import {
  Kind,
  parse,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { fieldsOf } from './selection';

/** What a supergraph says of where its fields are resolved, for checks of plans. */
export class FieldRules {
  private readonly graphs = new Map<string, string>();
  private readonly fields = new Map<string, FieldDefinitionNode>();
  private readonly keys = new Set<string>();
  private readonly provided = new Set<string>();
  /** Interfaces that subgraphs know as types of their own. */
  private readonly interfaceObjects = new Set<string>();
  /** Types that carry a `@context`, by its name. */
  private readonly holders = new Map<string, Set<string>>();
  /** Interfaces and members of unions, by both: what may be what. */
  private readonly related = new Map<string, Set<string>>();

  constructor(supergraphSdl: string) {
    for (const node of parse(supergraphSdl, { noLocation: true }).definitions) {
      if (node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph')
        for (const value of node.values ?? [])
          this.graphs.set(String(argumentOf(value.directives?.[0], 'name')), value.name.value);
      if (isComposite(node)) this.noteContexts(node);
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      for (const directive of node.directives ?? []) {
        if (argumentOf(directive, 'isInterfaceObject') === true)
          this.interfaceObjects.add(`${String(argumentOf(directive, 'graph'))}.${node.name.value}`);
        const key = argumentOf(directive, 'key');
        if (typeof key === 'string')
          for (const name of fieldsOf(key)) this.keys.add(`${String(argumentOf(directive, 'graph'))}.${name}`);
      }
      for (const field of node.fields ?? []) {
        this.fields.set(`${node.name.value}.${field.name.value}`, field);
        for (const directive of joinsOf(field)) {
          const provides = argumentOf(directive, 'provides');
          if (typeof provides === 'string')
            for (const name of fieldsOf(provides)) this.provided.add(`${String(argumentOf(directive, 'graph'))}.${name}`);
        }
      }
    }
  }

  get hasContexts(): boolean {
    return this.holders.size > 0;
  }

  /** The context that fills in an argument of `Type.field`. */
  contextOf(graph: string, coordinate: string, argument: string): string | undefined {
    const definition = this.fields.get(coordinate);
    const joins = definition ? joinsOf(definition).filter((join) => argumentOf(join, 'graph') === graph) : [];
    return joins.flatMap(contextArgumentsOf).find(({ name }) => name === argument)?.context;
  }

  /** Whether a record of a type, or of one that it may be, carries a context. */
  mayCarry(type: string, context: string): boolean {
    const holders = this.holders.get(context);
    return holders !== undefined && [type, ...(this.related.get(type) ?? [])].some((each) => holders.has(each));
  }

  get hasInterfaceObjects(): boolean {
    return this.interfaceObjects.size > 0;
  }

  /** Whether a subgraph knows an interface as a type of its own, and so none of the types behind it. */
  isInterfaceObject(service: string, type: string): boolean {
    return this.interfaceObjects.has(`${this.graphOf(service)}.${type}`);
  }

  graphOf(service: string): string {
    return this.graphs.get(service) ?? service;
  }

  /** Whether a subgraph only knows of a field, and is not the one to answer it. Keys and what is provided are not told of. */
  isForeign(graph: string, type: string, field: string): boolean {
    if (this.keys.has(`${graph}.${field}`) || this.provided.has(`${graph}.${field}`)) return false;
    const own = this.joinsIn(graph, type, field);
    return own.length > 0 && own.every((join) => argumentOf(join, 'external') === true);
  }

  /** Names at the top of what a field requires. */
  requiredBy(graph: string, type: string, field: string): readonly string[] {
    return this.joinsIn(graph, type, field).flatMap((join) => {
      const requires = argumentOf(join, 'requires');
      return typeof requires === 'string' ? fieldsOf(requires, true) : [];
    });
  }

  typeOf(type: string, field: string): string | null {
    const definition = this.fields.get(`${type}.${field}`);
    return definition ? named(definition.type) : null;
  }

  private noteContexts(node: Composite): void {
    const name = node.name.value;
    for (const directive of node.directives ?? []) {
      const context = directive.name.value === 'context' ? argumentOf(directive, 'name') : undefined;
      if (typeof context === 'string') this.holders.set(context, (this.holders.get(context) ?? new Set()).add(name));
    }
    const others = node.kind === Kind.UNION_TYPE_DEFINITION ? node.types : node.interfaces;
    for (const other of others ?? [])
      for (const [a, b] of [
        [name, other.name.value],
        [other.name.value, name],
      ] as const)
        this.related.set(a, (this.related.get(a) ?? new Set()).add(b));
  }

  private joinsIn(graph: string, type: string, field: string): readonly ConstDirectiveNode[] {
    const definition = this.fields.get(`${type}.${field}`);
    return definition ? joinsOf(definition).filter((join) => argumentOf(join, 'graph') === graph) : [];
  }
}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode;

function isComposite(node: { readonly kind: Kind }): node is Composite {
  return [Kind.OBJECT_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION, Kind.UNION_TYPE_DEFINITION].includes(node.kind);
}

function contextArgumentsOf(join: ConstDirectiveNode): { readonly name: string; readonly context: string }[] {
  const list = join.arguments?.find(({ name }) => name.value === 'contextArguments')?.value;
  return (list?.kind === Kind.LIST ? list.values : []).flatMap((each) => {
    const textOf = (wanted: string): string[] => {
      const value = each.kind === Kind.OBJECT ? each.fields.find(({ name }) => name.value === wanted)?.value : undefined;
      return value?.kind === Kind.STRING ? [value.value] : [];
    };
    const [[name], [context]] = [textOf('name'), textOf('context')];
    return name !== undefined && context !== undefined ? [{ name, context }] : [];
  });
}

function joinsOf(field: FieldDefinitionNode): readonly ConstDirectiveNode[] {
  return (field.directives ?? []).filter(({ name }) => name.value === 'join__field');
}

function argumentOf(directive: ConstDirectiveNode | undefined, name: string): unknown {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value && 'value' in value ? value.value : undefined;
}

function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}
