import {
  getNamedType,
  GraphQLError,
  Kind,
  type ASTVisitor,
  type DirectiveNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { isDefer } from './defer-directive';

/** Labels tell parts apart, so each stands once, and as a text in the document. */
export function DeferLabelsRule(context: ValidationContext): ASTVisitor {
  const known = new Set<string>();
  return {
    Directive: (node) => {
      if (!isDefer(node)) return;
      const label = node.arguments?.find(({ name }) => name.value === 'label')?.value;
      if (!label || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING)
        return context.reportError(new GraphQLError('The label of @defer must be a text, no variable.', { nodes: node }));
      if (known.has(label.value))
        context.reportError(new GraphQLError(`The label "${label.value}" of @defer is used twice.`, { nodes: node }));
      known.add(label.value);
    },
  };
}

/** Mutations run in their order, and events come one by one: what stands at their root cannot be answered later. */
export function DeferAtRootRule(context: ValidationContext): ASTVisitor {
  const roots = [context.getSchema().getMutationType(), context.getSchema().getSubscriptionType()];
  return {
    Directive: (node) => {
      const parent = context.getParentType();
      if (!isDefer(node) || !parent || isSwitchedOff(node)) return;
      if (roots.some((root) => root && getNamedType(root) === parent))
        context.reportError(new GraphQLError(`@defer cannot be used on the root of ${parent.name}.`, { nodes: node }));
    },
  };
}

/** An event is answered at once and as a whole. */
export function DeferInSubscriptionsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: (operation) => {
      if (operation.operation !== 'subscription') return;
      const fragments = context.getRecursivelyReferencedFragments(operation);
      const sets = [operation, ...fragments].map(({ selectionSet }: { selectionSet: SelectionSetNode }) => selectionSet);
      for (const node of sets.flatMap(defersIn)) {
        if (isSwitchedOff(node)) continue;
        const message = 'Subscriptions do not know @defer: switch it off by its argument if.';
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  };
}

/** In a set and the sets of its fields, not in fragments that it spreads. */
function defersIn(set: SelectionSetNode): DirectiveNode[] {
  return set.selections.flatMap((selection) => [
    ...(selection.directives ?? []).filter(isDefer),
    ...('selectionSet' in selection && selection.selectionSet ? defersIn(selection.selectionSet) : []),
  ]);
}

/** By a value or by a variable, which is then the client's to decide. */
function isSwitchedOff(node: DirectiveNode): boolean {
  const value = node.arguments?.find(({ name }) => name.value === 'if')?.value;
  return value?.kind === Kind.VARIABLE || (value?.kind === Kind.BOOLEAN && !value.value);
}
