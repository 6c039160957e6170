import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
  getNamedType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type SelectionNode,
} from 'graphql';

const DEFER = 'defer';

/** graphql-js has it from version 17 on. */
const deferDirective = new GraphQLDirective({
  name: DEFER,
  description: 'The fragment may be answered later, in a part of its own, where the client accepts an answer in parts.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: {
    if: {
      type: new GraphQLNonNull(GraphQLBoolean),
      defaultValue: true,
      description: 'Whether to defer it; where false it stands in the answer as without the directive.',
    },
    label: { type: GraphQLString, description: 'Repeated in the part, to tell it from others.' },
  },
});

/** What clients see, with the directive that they may use. */
export function withDefer(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  const others = config.directives.filter(({ name }) => name !== DEFER);
  return new GraphQLSchema({ ...config, directives: [...others, deferDirective] });
}

/** The fragments of an operation that may be deferred, each with a name of its own: labels are the client's, and may lack. */
export type DeferNames = ReadonlyMap<SelectionNode, string>;

/** `null` for an operation without any. */
export function deferNamesOf(document: DocumentNode): DeferNames | null {
  const names = new Map<SelectionNode, string>();
  const note = (node: SelectionNode): void => {
    if (directiveOf(node)) names.set(node, `d${names.size}`);
  };
  visit(document, { InlineFragment: note, FragmentSpread: note });
  return names.size > 0 ? names : null;
}

/** The name of a fragment that is to be deferred; `null` for any other. */
export function deferNameOf(
  node: SelectionNode,
  names: DeferNames | null,
  variables: Readonly<Record<string, unknown>>,
): string | null {
  const directive = names && directiveOf(node);
  if (!directive) return null;
  const condition = argumentOf(directive, 'if');
  const isOff =
    condition?.kind === Kind.VARIABLE
      ? variables[condition.name.value] === false
      : condition?.kind === Kind.BOOLEAN && !condition.value;
  return isOff ? null : (names.get(node) ?? null);
}

export function labelOf(node: SelectionNode): string | null {
  const directive = directiveOf(node);
  const label = directive && argumentOf(directive, 'label');
  return label?.kind === Kind.STRING ? label.value : null;
}

/** As the planner is told of it: its plan then says by this name what belongs to which fragment. */
export function namedDefer(name: string): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: DEFER },
    arguments: [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'label' }, value: { kind: Kind.STRING, value: name } }],
  };
}

/** With the type that each deferred fragment is on: the planner loses it within a fragment on another type. */
export function withDeferredTypes(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      InlineFragment: (node) => {
        const type = typeInfo.getType();
        if (node.typeCondition || !directiveOf(node) || !type) return undefined;
        const name = { kind: Kind.NAME, value: getNamedType(type).name } as const;
        return { ...node, typeCondition: { kind: Kind.NAMED_TYPE, name } };
      },
    }),
  );
}

export function isDefer({ name }: DirectiveNode): boolean {
  return name.value === DEFER;
}

function directiveOf(node: SelectionNode): DirectiveNode | undefined {
  return node.directives?.find(isDefer);
}

function argumentOf(directive: DirectiveNode, name: string) {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}
