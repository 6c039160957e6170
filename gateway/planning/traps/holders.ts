import { Kind, type ConstDirectiveNode, type DefinitionNode, type DocumentNode, type FieldDefinitionNode } from 'graphql';
import { graphsOf, named, namesOf, valueOf, type Holder } from './supergraph-nodes';

/** The types of a supergraph that have fields, while they are being changed. */
export class Holders {
  readonly others: DocumentNode['definitions'];
  /** Whether the planner needs a supergraph of its own. */
  isChanged = false;
  private readonly byName = new Map<string, Holder>();

  constructor(document: DocumentNode) {
    const isHolder = (node: DefinitionNode): node is Holder =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
    for (const node of document.definitions) if (isHolder(node)) this.byName.set(node.name.value, node);
    this.others = document.definitions.filter((node) => !isHolder(node));
  }

  all(): readonly Holder[] {
    return [...this.byName.values()];
  }

  graphs(): string[] {
    return [...new Set(this.all().flatMap(graphsOf))];
  }

  /** Names of types that carry a context. */
  carriersOf(context: string): string[] {
    const carries = ({ directives = [] }: Holder): boolean =>
      directives.some((directive) => directive.name.value === 'context' && valueOf(directive, 'name') === context);
    return this.all()
      .filter(carries)
      .map(({ name }) => name.value);
  }

  /** Puts another directive in the place of one of a field's. */
  change(type: string, field: string, directive: ConstDirectiveNode, changed: ConstDirectiveNode): void {
    const holder = this.byName.get(type);
    if (!holder) return;
    const fields = (holder.fields ?? []).map((each) =>
      each.name.value === field
        ? { ...each, directives: (each.directives ?? []).map((other) => (other === directive ? changed : other)) }
        : each,
    );
    this.replace({ ...holder, fields });
  }

  relativesOf(type: string): readonly Holder[] {
    const all = this.all();
    const own = this.byName.get(type);
    const below = all.filter((holder) => namesOf(holder).includes(type));
    const above = own ? all.filter((holder) => namesOf(own).includes(holder.name.value)) : [];
    return [...(own ? [own] : []), ...below, ...above];
  }

  /** All types that must have a field because one of them has it: interfaces above it, and what else implements these. */
  familyWith(type: string, field: string): readonly Holder[] {
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

  fieldOf(type: string, field: string): FieldDefinitionNode | undefined {
    return this.byName.get(type)?.fields?.find((each) => each.name.value === field);
  }

  typeOf(type: string, field: string): string | null {
    const definition = this.fieldOf(type, field);
    return definition ? named(definition.type) : null;
  }

  replace(holder: Holder): void {
    this.byName.set(holder.name.value, holder);
  }
}
