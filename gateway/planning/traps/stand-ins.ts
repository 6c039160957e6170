import {
  Kind,
  print,
  visit,
  type ConstDirectiveNode,
  type ConstValueNode,
  type FieldDefinitionNode,
  type FieldNode,
  type SelectionSetNode,
} from 'graphql';
import type { Holders } from './holders';
import { selectionOf, textOf } from './selection';
import { contextArgumentsOf, isNullable, nameNode, namesIn, valueOf, type Holder } from './supergraph-nodes';

/** A field that stands, for the planner alone, for another one with the arguments that `@requires` gives it. */
export interface StandIn {
  readonly field: string;
  /** As they are written in the field's selection. */
  readonly node: FieldNode;
}

const STAND_IN = '__required_';

/** Gives stand-ins to the fields that `@requires` and `@fromContext` need. */
export class StandIns {
  readonly byName = new Map<string, StandIn>();
  /** The stand-ins that a field requires, by `Type.field`. */
  readonly needs = new Map<string, Set<string>>();

  constructor(private readonly holders: Holders) {}

  /** Adds all that are needed. */
  add(): void {
    // A stand-in may itself require what needs one.
    while (this.holders.all().some((holder) => this.standInsOf(holder))) continue;
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
        this.needs.set(`${type}.${field.name.value}`, new Set(namesIn(set).filter((name) => this.byName.has(name))));
        this.require(type, field.name.value, directive, textOf(set));
        return true;
      }
    }
    return false;
  }

  /** What `@fromContext` takes from a record around is fetched unasked as well. Whether anything changed. */
  private contextStandIns(type: string, field: string, directive: ConstDirectiveNode): boolean {
    for (const { context, node, text } of contextArgumentsOf(directive)) {
      const set = this.withStandIns(this.holders.carriersOf(context), selectionOf(text));
      if (!set) continue;
      const changed = visit(directive, {
        ObjectField: (each) => {
          const value: ConstValueNode = { kind: Kind.STRING, value: `{ ${textOf(set)} }` };
          return each === node ? { ...each, value } : undefined;
        },
      });
      this.holders.change(type, field, directive, changed);
      return true;
    }
    return false;
  }

  /** `null` where it names no field that needs one. @param types that a record may have here */
  private withStandIns(types: readonly string[], set: SelectionSetNode): SelectionSetNode | null {
    let isOther = false;
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      const condition = selection.kind === Kind.INLINE_FRAGMENT ? selection.typeCondition?.name.value : undefined;
      const own = condition === undefined ? types : [condition];
      const inner =
        selection.kind === Kind.FIELD ? own.flatMap((type) => this.holders.typeOf(type, selection.name.value) ?? []) : own;
      const nested = selection.selectionSet ? this.withStandIns([...new Set(inner)], selection.selectionSet) : null;
      const changed = { ...selection, ...(nested ? { selectionSet: nested } : {}) };
      if (nested) isOther = true;
      if (changed.kind !== Kind.FIELD) return changed;
      const definitions = own.flatMap((type) => this.holders.fieldOf(type, changed.name.value) ?? []);
      if (!definitions.some((each) => this.needsStandIn(each, changed.selectionSet !== undefined))) return changed;
      isOther = true;
      return { ...changed, name: nameNode(this.standInFor(own, changed)), arguments: [] };
    });
    return isOther ? { ...set, selections } : null;
  }

  /** Beside those with arguments: what can be null because of something that a client asks below it. */
  private needsStandIn({ name, arguments: given, type }: FieldDefinitionNode, isRecord: boolean): boolean {
    if (this.byName.has(name.value)) return false;
    return given?.length ? true : isRecord && isNullable(type);
  }

  private standInFor(types: readonly string[], node: FieldNode): string {
    const asked = print({ ...node, selectionSet: undefined });
    const known = [...this.byName].find(([, { node: each }]) => print(each) === asked && each.name.value === node.name.value);
    const name = known?.[0] ?? `${node.name.value}${STAND_IN}${this.byName.size + 1}`;
    this.byName.set(name, { field: node.name.value, node: { ...node, selectionSet: undefined } });
    for (const type of types)
      for (const holder of this.holders.familyWith(type, node.name.value)) this.addField(holder, node.name.value, name);
    return name;
  }

  private addField(holder: Holder, field: string, name: string): void {
    const definition = holder.fields?.find((each) => each.name.value === field);
    if (!definition || holder.fields?.some((each) => each.name.value === name)) return;
    this.holders.isChanged = true;
    const added: FieldDefinitionNode = { ...definition, name: nameNode(name), arguments: [], description: undefined };
    this.holders.replace({ ...holder, fields: [...(holder.fields ?? []), added] });
  }

  private require(type: string, field: string, directive: ConstDirectiveNode, requires: string): void {
    const value: ConstValueNode = { kind: Kind.STRING, value: requires };
    const changed = {
      ...directive,
      arguments: (directive.arguments ?? []).map((each) => (each.name.value === 'requires' ? { ...each, value } : each)),
    };
    this.holders.change(type, field, directive, changed);
  }
}
