import { getArgumentValues } from 'graphql/execution/values';
import {
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { ContextualArgument, FieldView, SubgraphView } from './federation';
import { interfaceObjectsOf, ownersOf, typeText } from './merge';

/** What the subgraphs say together about one field of one object type. */
export interface Facts {
  readonly type: GraphQLOutputType;
  /** The type that the values belong to: the interface's where an `@interfaceObject` adds the field. */
  readonly home: string;
  readonly isKey: boolean;
  /** Nothing goes wrong here: subgraphs that declare it differently would answer differently. */
  readonly isCalm: boolean;
  /** `@requires` of another field asks for it. */
  readonly isRequired: boolean;
  readonly requires: SelectionSetNode | null;
  readonly contextual: readonly ContextualArgument[];
  /** Object types that every subgraph which answers the field could return. */
  readonly possible: readonly string[];
}

export class FieldFacts {
  private readonly known = new Map<string, Facts>();
  private readonly contexts = new Map<string, readonly string[]>();
  private readonly keyFields = new Set<string>();
  private readonly requiredFields = new Set<string>();
  private readonly calmFields = new Set<string>();
  private readonly entities = new Set<string>();

  constructor(
    private readonly subgraphs: readonly SubgraphView[],
    private readonly schema: GraphQLSchema,
  ) {
    for (const { types } of subgraphs) {
      for (const [name, view] of types) {
        if (view.keys.length > 0) for (const type of this.objectsOf(name)) this.entities.add(type);
        for (const { selection } of view.keys) this.note(name, selection, this.keyFields);
        for (const { requires, contextual } of view.fields.values()) {
          if (requires) this.note(name, requires, this.requiredFields);
          for (const { context, selection } of contextual)
            for (const holder of this.holdersOf(context)) this.note(holder, selection, this.calmFields);
        }
      }
    }
  }

  of(type: string, field: string): Facts {
    const key = `${type}.${field}`;
    let facts = this.known.get(key);
    if (!facts) this.known.set(key, (facts = this.made(type, field)));
    return facts;
  }

  isEntity(type: string): boolean {
    return this.entities.has(type);
  }

  isOfType(type: string, condition: string | undefined): boolean {
    return condition === undefined || this.objectsOf(condition).includes(type);
  }

  /** Names of the `@context`s that a type carries. */
  contextsOf(type: string): readonly string[] {
    let names = this.contexts.get(type);
    if (!names) {
      const views = this.subgraphs.flatMap(({ types }) => [...types.values()]);
      const carrying = views.filter(({ contexts, name }) => contexts.length > 0 && this.isOfType(type, name));
      this.contexts.set(type, (names = [...new Set(carrying.flatMap(({ contexts }) => contexts))]));
    }
    return names;
  }

  /** Types that carry a `@context`. */
  holdersOf(context: string): readonly string[] {
    const views = this.subgraphs.flatMap(({ types }) => [...types.values()]);
    return views.filter(({ contexts }) => contexts.includes(context)).flatMap(({ name }) => this.objectsOf(name));
  }

  argumentsOf(type: string, field: string, node: FieldNode): Record<string, unknown> {
    const definition = this.fieldOf(type, field);
    return definition ? getArgumentValues(definition, node) : {};
  }

  private made(type: string, field: string): Facts {
    const definition = this.fieldOf(type, field);
    if (!definition) throw new Error(`there is no ${type}.${field}`);
    const home = this.homeOf(type, field);
    const owners = ownersOf(this.subgraphs, home, field);
    const views = owners.flatMap(({ types }) => types.get(home)?.fields.get(field) ?? []);
    const all = this.subgraphs.flatMap(({ types }) => types.get(home)?.fields.get(field) ?? []);
    const isRequired = this.requiredFields.has(`${type}.${field}`);
    const isUneven = new Set(all.map((view) => typeText(view.type))).size > 1;
    return {
      type: definition.type,
      home,
      isKey: this.keyFields.has(`${type}.${field}`),
      isCalm: isUneven || this.calmFields.has(`${type}.${field}`),
      isRequired,
      requires: views.map(({ requires }) => requires).find((requires) => requires !== null) ?? null,
      contextual: views.flatMap((view) => view.contextual),
      possible: this.possibleOf(getNamedType(definition.type).name, owners, views),
    };
  }

  private possibleOf(named: string, owners: readonly SubgraphView[], views: readonly FieldView[]): readonly string[] {
    if (!isAbstractType(this.schema.getType(named))) return [named];
    const all = this.objectsOf(named);
    return all.filter((object) =>
      owners.every(({ types }, at) => {
        const declared = views[at] ? getName(views[at]) : named;
        const view = types.get(declared);
        if (!view || view.isInterfaceObject) return true;
        const objectView = types.get(object);
        if (view.kind === 'union') return view.members.includes(object);
        return objectView?.interfaces.includes(declared) === true;
      }),
    );
  }

  private homeOf(type: string, field: string): string {
    const declares = this.subgraphs.some(({ types }) => {
      const view = types.get(type)?.fields.get(field);
      return view !== undefined && !view.isExternal;
    });
    if (declares) return type;
    const views = this.subgraphs.flatMap(({ types }) => types.get(type) ?? []);
    return interfaceObjectsOf(this.subgraphs, views).find(({ fields }) => fields.has(field))?.name ?? type;
  }

  private objectsOf(name: string): readonly string[] {
    const type = this.schema.getType(name);
    if (isAbstractType(type)) return this.schema.getPossibleTypes(type).map((object) => object.name);
    return isObjectType(type) ? [name] : [];
  }

  private fieldOf(type: string, field: string) {
    const owner = this.schema.getType(type);
    return isObjectType(owner) || isInterfaceType(owner) ? owner.getFields()[field] : undefined;
  }

  private note(type: string, set: SelectionSetNode, into: Set<string>): void {
    for (const object of this.objectsOf(type)) {
      for (const selection of set.selections) {
        if (selection.kind === Kind.INLINE_FRAGMENT) {
          this.note(selection.typeCondition?.name.value ?? object, selection.selectionSet, into);
        } else if (selection.kind === Kind.FIELD) {
          into.add(`${object}.${selection.name.value}`);
          const field = this.fieldOf(object, selection.name.value);
          if (field && selection.selectionSet) this.note(getNamedType(field.type).name, selection.selectionSet, into);
        }
      }
    }
  }
}

function getName(view: FieldView): string {
  return typeText(view.type).replace(/[[\]!]/g, '');
}
