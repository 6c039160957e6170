import {
  Kind,
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  type NameNode,
  type SelectionSetNode,
} from 'graphql';
import { selectionOf, textOf } from './selection';
import {
  contextArgumentsOf,
  graphsOf,
  implementsIn,
  isInterfaceObjectIn,
  onlyIn,
  joinOf,
  valueOf,
  namesIn,
  namesOf,
  named,
  isNullable,
  nameNode,
  type Holder,
} from './supergraph-nodes';

/** A field that stands, for the planner alone, for another one with the arguments that `@requires` gives it. */
export interface StandIn {
  readonly field: string;
  /** As they are written in the field's selection. */
  readonly node: FieldNode;
}

/** What the planner is told instead of the supergraph, so that it does not fall into traps of its own. */
export interface PlannerSupergraph {
  /** The supergraph itself where nothing needs to change. */
  readonly sdl: string;
  /** By name; no two fields have the same. */
  readonly standIns: ReadonlyMap<string, StandIn>;
  /** The stand-ins that a field requires, by `Type.field`. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  /** Types that nothing has, so that interfaces without an implementation are fetched all the same. */
  readonly nobodies: ReadonlySet<string>;
}

const STAND_IN = '__required_';
const NOBODY = 'Nobody__is_';

/**
 * The planner's traps, and what is put in their place:
 * - It takes the first `@key` of a type to come back to a subgraph, also one that is `resolvable: false`. Such keys are
 *   of no use to a plan, and are left out.
 * - It tells fields apart by name, not by arguments: what a client asks is taken for what `@requires` needs, and two
 *   `@requires` for one. Each required field that has arguments gets a stand-in of its own, without arguments. So does a
 *   required record that may be null: with the client's own it would become null when a field of the client's fails.
 * - It plans nothing for an interface that no type implements in a subgraph. One type implements it there, which is never met.
 */
export function plannerSupergraph(sdl: string): PlannerSupergraph {
  const document = parse(sdl, { noLocation: true });
  const change = new Change(document);
  change.dropKeys();
  change.addStandIns();
  change.dropUnusedExternals();
  change.addNobodies();
  return change.result(sdl);
}

class Change {
  private readonly holders = new Map<string, Holder>();
  private readonly others: DocumentNode['definitions'];
  private readonly standIns = new Map<string, StandIn>();
  private readonly needs = new Map<string, Set<string>>();
  private readonly nobodies = new Set<string>();
  private isChanged = false;

  constructor(document: DocumentNode) {
    const isHolder = (node: DocumentNode['definitions'][number]): node is Holder =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
    for (const node of document.definitions) if (isHolder(node)) this.holders.set(node.name.value, node);
    this.others = document.definitions.filter((node) => !isHolder(node));
  }

  dropKeys(): void {
    for (const holder of this.holders.values()) {
      const directives = (holder.directives ?? []).flatMap((directive) => {
        if (directive.name.value !== 'join__type' || valueOf(directive, 'resolvable') !== false) return [directive];
        this.isChanged = true;
        const same = (holder.directives ?? []).filter(
          (other) => other.name.value === 'join__type' && valueOf(other, 'graph') === valueOf(directive, 'graph'),
        );
        const isLast = same.every((other) => valueOf(other, 'resolvable') === false) && same[0] === directive;
        const isNeeded = ({ name }: { name: NameNode }): boolean => !['key', 'resolvable'].includes(name.value);
        return isLast ? [{ ...directive, arguments: directive.arguments?.filter(isNeeded) ?? [] }] : [];
      });
      this.replace({ ...holder, directives });
    }
  }

  addStandIns(): void {
    // A stand-in may itself require what needs one.
    while ([...this.holders.values()].some((holder) => this.standInsOf(holder))) continue;
  }

  /** Whether anything changed. */
  private standInsOf(holder: Holder): boolean {
    const type = holder.name.value;
    for (const field of holder.fields ?? []) {
      for (const directive of field.directives ?? []) {
        if (directive.name.value !== 'join__field') continue;
        if (this.contextStandIns(type, field.name.value, directive)) return true;
        const requires = valueOf(directive, 'requires');
        if (typeof requires !== 'string') continue;
        const set = this.withStandIns([type], selectionOf(requires));
        if (!set) continue;
        this.needs.set(`${type}.${field.name.value}`, new Set(namesIn(set).filter((name) => this.standIns.has(name))));
        this.require(type, field.name.value, directive, textOf(set));
        return true;
      }
    }
    return false;
  }

  /** What `@fromContext` takes from a record around is fetched unasked as well. Whether anything changed. */
  private contextStandIns(type: string, field: string, directive: ConstDirectiveNode): boolean {
    for (const { context, node, text } of contextArgumentsOf(directive)) {
      const set = this.withStandIns(this.carriersOf(context), selectionOf(text));
      if (!set) continue;
      const changed = visit(directive, {
        ObjectField: (each) => {
          const value: ConstValueNode = { kind: Kind.STRING, value: `{ ${textOf(set)} }` };
          return each === node ? { ...each, value } : undefined;
        },
      });
      this.change(type, field, directive, changed);
      return true;
    }
    return false;
  }

  private carriersOf(context: string): string[] {
    const carries = ({ directives = [] }: Holder): boolean =>
      directives.some((directive) => directive.name.value === 'context' && valueOf(directive, 'name') === context);
    return [...this.holders.values()].filter(carries).map(({ name }) => name.value);
  }

  /** What nobody needs any more as `@external`, since a stand-in took its place, would make the subgraph invalid. */
  dropUnusedExternals(): void {
    if (this.standIns.size === 0) return;
    // A stand-in is added wherever its field is, also where another stand-in took the field's place.
    const replaced = new Set([...this.standIns].flatMap(([name, { field }]) => [name, field]));
    const used = new Map(this.graphs().map((graph) => [graph, this.usedIn(graph)]));
    for (const holder of [...this.holders.values()]) {
      const fields = (holder.fields ?? []).map((field) => {
        if (!replaced.has(field.name.value)) return field;
        const directives = (field.directives ?? []).filter((directive) => {
          if (directive.name.value !== 'join__field' || valueOf(directive, 'external') !== true) return true;
          const graph = String(valueOf(directive, 'graph'));
          const isUsed = used.get(graph)?.has(`${holder.name.value}.${field.name.value}`) === true;
          return isUsed || this.isAskedByInterface(holder, field.name.value, graph);
        });
        return { ...field, directives };
      });
      this.replace({ ...holder, fields });
    }
  }

  private graphs(): string[] {
    return [...new Set([...this.holders.values()].flatMap(graphsOf))];
  }

  /** `Type.field` of all that a graph's keys, `@requires` and `@provides` name. */
  private usedIn(graph: string): ReadonlySet<string> {
    const used = new Set<string>();
    const note = (type: string, set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
        if (selection.kind === Kind.FIELD)
          for (const holder of this.relativesOf(type)) used.add(`${holder.name.value}.${selection.name.value}`);
        const inner =
          selection.kind === Kind.FIELD ? this.typeOf(type, selection.name.value) : (selection.typeCondition?.name.value ?? type);
        if (selection.selectionSet && inner) note(inner, selection.selectionSet);
      }
    };
    for (const holder of this.holders.values()) {
      const type = holder.name.value;
      for (const field of holder.fields ?? []) {
        for (const directive of field.directives ?? []) {
          if (valueOf(directive, 'graph') !== graph) continue;
          const [requires, provides] = [valueOf(directive, 'requires'), valueOf(directive, 'provides')];
          if (typeof requires === 'string') note(type, selectionOf(requires));
          if (typeof provides === 'string') note(named(field.type), selectionOf(provides));
          for (const { context, text } of contextArgumentsOf(directive))
            for (const carrier of this.carriersOf(context)) note(carrier, selectionOf(text));
        }
      }
      for (const directive of holder.directives ?? []) {
        const key = valueOf(directive, 'graph') === graph ? valueOf(directive, 'key') : undefined;
        if (typeof key === 'string') note(type, selectionOf(key));
      }
    }
    return used;
  }

  private isAskedByInterface(holder: Holder, field: string, graph: string): boolean {
    return [...this.holders.values()].some(
      (other) => implementsIn(holder, other, graph) && other.fields?.some((each) => each.name.value === field) === true,
    );
  }

  addNobodies(): void {
    for (const face of [...this.holders.values()]) {
      if (face.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      const graphs = graphsOf(face).filter(
        (graph) => ![...this.holders.values()].some((other) => implementsIn(other, face, graph)),
      );
      const real = graphs.filter((graph) => !isInterfaceObjectIn(face, graph));
      if (real.length > 0) this.addNobody(face, real);
    }
  }

  result(sdl: string): PlannerSupergraph {
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [...this.others, ...this.holders.values()] };
    return { sdl: this.isChanged ? print(document) : sdl, standIns: this.standIns, needs: this.needs, nobodies: this.nobodies };
  }

  /** `null` where it names no field that needs one. @param types that a record may have here */
  private withStandIns(types: readonly string[], set: SelectionSetNode): SelectionSetNode | null {
    let isOther = false;
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
      const own = condition === undefined ? types : [condition];
      const inner = selection.kind === Kind.FIELD ? own.flatMap((type) => this.typeOf(type, selection.name.value) ?? []) : own;
      const nested = selection.selectionSet ? this.withStandIns([...new Set(inner)], selection.selectionSet) : null;
      const changed = { ...selection, ...(nested ? { selectionSet: nested } : {}) };
      if (nested) isOther = true;
      if (changed.kind !== Kind.FIELD) return changed;
      const definitions = own.flatMap((type) => this.fieldOf(type, changed.name.value) ?? []);
      if (!definitions.some((each) => this.needsStandIn(each, changed.selectionSet !== undefined))) return changed;
      isOther = true;
      return { ...changed, name: nameNode(this.standInFor(own, changed)), arguments: [] };
    });
    return isOther ? { ...set, selections } : null;
  }

  /** Beside those with arguments: what can be null because of something that a client asks below it. */
  private needsStandIn({ name, arguments: given, type }: FieldDefinitionNode, isRecord: boolean): boolean {
    if (this.standIns.has(name.value)) return false;
    return given?.length ? true : isRecord && isNullable(type);
  }

  private standInFor(types: readonly string[], node: FieldNode): string {
    const asked = print({ ...node, selectionSet: undefined });
    const known = [...this.standIns].find(([, { node: each }]) => print(each) === asked && each.name.value === node.name.value);
    const name = known?.[0] ?? `${node.name.value}${STAND_IN}${this.standIns.size + 1}`;
    this.standIns.set(name, { field: node.name.value, node: { ...node, selectionSet: undefined } });
    for (const type of types)
      for (const holder of this.familyWith(type, node.name.value)) this.addField(holder, node.name.value, name);
    return name;
  }

  private addField(holder: Holder, field: string, name: string): void {
    const definition = holder.fields?.find((each) => each.name.value === field);
    if (!definition || holder.fields?.some((each) => each.name.value === name)) return;
    this.isChanged = true;
    const added: FieldDefinitionNode = { ...definition, name: nameNode(name), arguments: [], description: undefined };
    this.replace({ ...holder, fields: [...(holder.fields ?? []), added] });
  }

  private require(type: string, field: string, directive: ConstDirectiveNode, requires: string): void {
    const value: ConstValueNode = { kind: Kind.STRING, value: requires };
    const changed = {
      ...directive,
      arguments: (directive.arguments ?? []).map((each) => (each.name.value === 'requires' ? { ...each, value } : each)),
    };
    this.change(type, field, directive, changed);
  }

  private change(type: string, field: string, directive: ConstDirectiveNode, changed: ConstDirectiveNode): void {
    const holder = this.holders.get(type);
    if (!holder) return;
    const fields = (holder.fields ?? []).map((each) =>
      each.name.value === field
        ? { ...each, directives: (each.directives ?? []).map((other) => (other === directive ? changed : other)) }
        : each,
    );
    this.replace({ ...holder, fields });
  }

  private addNobody(face: InterfaceTypeDefinitionNode, graphs: readonly string[]): void {
    const name = `${NOBODY}${face.name.value}`;
    this.isChanged = true;
    this.nobodies.add(name);
    const above = [face, ...[...this.holders.values()].filter((other) => namesOf(face).includes(other.name.value))];
    const directives = graphs.flatMap((graph) => [
      joinOf('join__type', { graph: { kind: Kind.ENUM, value: graph } }),
      ...above
        .filter((each) => graphsOf(each).includes(graph))
        .map((each) =>
          joinOf('join__implements', {
            graph: { kind: Kind.ENUM, value: graph },
            interface: { kind: Kind.STRING, value: each.name.value },
          }),
        ),
    ]);
    const fields = (face.fields ?? []).map((field) => ({ ...field, directives: onlyIn(field, graphs) }));
    this.holders.set(name, {
      kind: Kind.OBJECT_TYPE_DEFINITION,
      name: nameNode(name),
      interfaces: above.map((each) => ({ kind: Kind.NAMED_TYPE, name: each.name })),
      directives,
      fields,
    });
  }

  private relativesOf(type: string): readonly Holder[] {
    const all = [...this.holders.values()];
    const own = this.holders.get(type);
    const below = all.filter((holder) => namesOf(holder).includes(type));
    const above = own ? all.filter((holder) => namesOf(own).includes(holder.name.value)) : [];
    return [...(own ? [own] : []), ...below, ...above];
  }

  /** All types that must have a field because one of them has it: interfaces above it, and what else implements these. */
  private familyWith(type: string, field: string): readonly Holder[] {
    const family = new Set<Holder>();
    const add = (name: string): void => {
      for (const holder of this.relativesOf(name)) {
        if (family.has(holder) || !this.fieldOf(holder.name.value, field)) continue;
        family.add(holder);
        add(holder.name.value);
      }
    };
    add(type);
    return [...family];
  }

  private fieldOf(type: string, field: string): FieldDefinitionNode | undefined {
    return this.holders.get(type)?.fields?.find((each) => each.name.value === field);
  }

  private typeOf(type: string, field: string): string | null {
    const definition = this.fieldOf(type, field);
    return definition ? named(definition.type) : null;
  }

  private replace(holder: Holder): void {
    this.holders.set(holder.name.value, holder);
  }
}
