import { Kind, parse, type ConstDirectiveNode, type FieldDefinitionNode, type TypeNode } from 'graphql';
import { fieldsOf } from './selection';

/** What a supergraph says of where its fields are resolved, for checks of plans. */
export class FieldRules {
  private readonly graphs = new Map<string, string>();
  private readonly fields = new Map<string, FieldDefinitionNode>();
  private readonly keys = new Set<string>();
  private readonly provided = new Set<string>();

  constructor(supergraphSdl: string) {
    for (const node of parse(supergraphSdl, { noLocation: true }).definitions) {
      if (node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph')
        for (const value of node.values ?? [])
          this.graphs.set(String(argumentOf(value.directives?.[0], 'name')), value.name.value);
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      for (const directive of node.directives ?? []) {
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

  private joinsIn(graph: string, type: string, field: string): readonly ConstDirectiveNode[] {
    const definition = this.fields.get(`${type}.${field}`);
    return definition ? joinsOf(definition).filter((join) => argumentOf(join, 'graph') === graph) : [];
  }
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
