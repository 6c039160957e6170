import { Kind, parse, type SelectionSetNode } from 'graphql';
import { isAllOf, NOTHING, together, type Requirement } from './requirement';
import type { FieldSet, SupergraphType, SupergraphTypes } from './supergraph-types';

export interface EffectiveRequirements {
  /** Of object types. */
  readonly types: ReadonlyMap<string, Requirement>;
  /** Of fields of object types, by coordinate. */
  readonly fields: ReadonlyMap<string, Requirement>;
}

/**
 * What follows from what is written: a field demands what its type demands, and what the fields demand that its subgraph is
 * sent to answer it. What interfaces demand is demanded of the object types behind them, which alone come in answers.
 */
export function effectiveRequirements(types: SupergraphTypes): EffectiveRequirements {
  return new Reading(types).all();
}

class Reading {
  private readonly implementations = new Map<string, SupergraphType[]>();
  private readonly typeDemands = new Map<string, Requirement>();
  private readonly fieldDemands = new Map<string, Requirement>();

  constructor(private readonly types: SupergraphTypes) {
    for (const type of types.values()) {
      if (type.kind !== 'object') continue;
      for (const name of type.interfaces) this.implementations.set(name, [...(this.implementations.get(name) ?? []), type]);
    }
  }

  all(): EffectiveRequirements {
    for (const type of this.types.values()) {
      if (type.kind === 'object') for (const field of type.fields.keys()) this.ofField(type, field, new Set());
    }
    // What a root type demands stands on its fields: nothing answers the root itself.
    const objects = [...this.types.values()].filter(({ kind, isRoot }) => kind === 'object' && !isRoot);
    return { types: new Map(objects.map((type) => [type.name, this.ofType(type)])), fields: this.fieldDemands };
  }

  private ofType(type: SupergraphType): Requirement {
    let demand = this.typeDemands.get(type.name);
    if (!demand) {
      const ofInterfaces = this.interfacesOf(type).map((each) =>
        written(
          each.own,
          (this.implementations.get(each.name) ?? []).map(({ own }) => own),
        ),
      );
      demand = together([type.own, ...ofInterfaces]);
      this.typeDemands.set(type.name, demand);
    }
    return demand;
  }

  /** @param under fields whose demands are being read: `@requires` may go round in a circle */
  private ofField(type: SupergraphType, name: string, under: Set<string>): Requirement {
    const coordinate = `${type.name}.${name}`;
    const known = this.fieldDemands.get(coordinate);
    const field = type.fields.get(name);
    if (known || under.has(coordinate)) return known ?? NOTHING;
    if (!field) throw new Error(`the supergraph sends ${coordinate} to a subgraph, and has no such field`);
    const isOutermost = under.size === 0;
    under.add(coordinate);
    const returned = this.types.get(field.type);
    const demand = together([
      field.own,
      ...this.interfacesOf(type).map((each) => this.writtenOnField(each, name)),
      ...(type.isRoot ? [this.ofType(type)] : []),
      ...(returned?.kind === 'object' ? [this.ofType(returned)] : []),
      ...(returned?.kind === 'leaf' ? [returned.own] : []),
      ...this.sentFor(type, name).map((set) => this.ofFieldSet(set, under)),
    ]);
    under.delete(coordinate);
    // What was read inside a circle lacks the demands of those around it.
    if (isOutermost) this.fieldDemands.set(coordinate, demand);
    return demand;
  }

  private writtenOnField(type: SupergraphType, name: string): Requirement {
    const own = type.fields.get(name)?.own;
    if (!own) return NOTHING;
    const fields = (this.implementations.get(type.name) ?? []).map((each) => each.fields.get(name)?.own ?? NOTHING);
    return written(own, fields);
  }

  /** What a subgraph that knows only an interface (`@interfaceObject`) is sent, stands on the interface's field. */
  private sentFor(type: SupergraphType, name: string): FieldSet[] {
    const ofInterfaces = this.interfacesOf(type).flatMap((each) => {
      const sent = each.fields.get(name)?.sent ?? [];
      return sent.map(({ types, text }) => ({ types: types.map((from) => (from === each.name ? type.name : from)), text }));
    });
    return [...(type.fields.get(name)?.sent ?? []), ...ofInterfaces];
  }

  private interfacesOf(type: SupergraphType): SupergraphType[] {
    return [...type.interfaces].map((name) => this.types.get(name)).filter((each) => each !== undefined);
  }

  private ofFieldSet({ types, text }: FieldSet, under: Set<string>): Requirement {
    return together(types.map((name) => this.ofSelection(name, selectionOf(text), under)));
  }

  private ofSelection(parent: string, set: SelectionSetNode, under: Set<string>): Requirement {
    const demands = set.selections.flatMap((selection): Requirement[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) throw new Error('the supergraph has a field set with a named fragment');
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? parent;
        return [this.ofSelection(condition, selection.selectionSet, under)];
      }
      const name = selection.name.value;
      if (name === '__typename') return [];
      const objects = this.objectsOf(parent);
      const type = this.types.get(parent)?.fields.get(name)?.type ?? objects[0]?.fields.get(name)?.type ?? '';
      const inner = selection.selectionSet ? [this.ofSelection(type, selection.selectionSet, under)] : [];
      return [...objects.flatMap((each) => [this.ofType(each), this.ofField(each, name, under)]), ...inner];
    });
    return together(demands);
  }

  private objectsOf(name: string): readonly SupergraphType[] {
    const type = this.types.get(name);
    if (type?.kind === 'object') return [type];
    if (type?.kind === 'interface') return this.implementations.get(name) ?? [];
    if (type?.kind === 'union')
      return [...type.members].map((member) => this.types.get(member)).filter((each) => each !== undefined);
    throw new Error(`the supergraph sends fields of ${name} to a subgraph, and has no such type`);
  }
}

/** What is demanded of an interface beyond all that its implementations demand, which composition writes there. */
function written(own: Requirement, implementations: readonly Requirement[]): Requirement {
  const isComposed = (kind: 'scopes' | 'policies'): boolean =>
    isAllOf(
      own[kind],
      implementations.map((each) => each[kind]),
    );
  return {
    isAuthenticated: own.isAuthenticated && !implementations.some(({ isAuthenticated }) => isAuthenticated),
    scopes: isComposed('scopes') ? [] : own.scopes,
    policies: isComposed('policies') ? [] : own.policies,
  };
}

function selectionOf(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text.trim().replace(/^\{([\s\S]*)\}$/, '$1')} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the supergraph has a field set that cannot be read');
  return definition.selectionSet;
}
