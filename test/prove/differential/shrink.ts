import {
  Kind,
  visit,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  type SelectionNode,
} from 'graphql';
import { copyOf, type Draft } from './draft';
import type { Sent } from './operation';

const MOST_TRIES = 600;
/** A case that is small enough is better than none. */
const DRAFT_MS = 30_000;

/**
 * Makes an operation smaller for as long as it still fails.
 * @param fails told of valid operations and others; whatever is not valid does not fail
 */
export async function smallest(sent: Sent, fails: (sent: Sent) => Promise<boolean>): Promise<Sent> {
  let current = sent;
  let tries = 0;
  for (let at = 0; tries < MOST_TRIES;) {
    const cut = cutAt(current.document, at);
    if (!cut) break;
    tries += 1;
    const candidate = tidied({ ...current, document: cut });
    if (await fails(candidate)) current = candidate;
    else at += 1;
  }
  return current;
}

/** Makes the supergraph smaller for as long as it still fails: types, fields, directives, arguments, interfaces. */
export async function smallestDraft(draft: Draft, fails: (draft: Draft) => Promise<boolean>): Promise<Draft> {
  let current = draft;
  const endsAt = Date.now() + DRAFT_MS;
  for (let at = 0; Date.now() < endsAt;) {
    const cuts = cutsOf(current);
    const cut = cuts[at];
    if (!cut) break;
    const candidate = copyOf(current);
    cut(candidate);
    if (await fails(candidate)) current = candidate;
    else at += 1;
  }
  return current;
}

/** The document with its cut number `at` made; `null` when there are not so many. Wide cuts come first. */
function cutAt(document: DocumentNode, at: number): DocumentNode | null {
  let seen = 0;
  let isDone = false;
  const isNext = (): boolean => {
    if (isDone) return false;
    isDone = seen === at;
    seen += 1;
    return isDone;
  };
  const passes: ((node: ASTNode) => unknown)[] = [
    (node) => (isSelection(node) && isNext() ? null : undefined),
    (node) => (node.kind === Kind.INLINE_FRAGMENT && isNext() ? SPLICE : undefined),
    (node) => (node.kind === Kind.FRAGMENT_SPREAD && isNext() ? INLINE : undefined),
    (node) =>
      (node.kind === Kind.DIRECTIVE || node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) && isNext()
        ? null
        : undefined,
    (node) => (node.kind === Kind.FIELD && node.alias && isNext() ? { ...node, alias: undefined } : undefined),
  ];
  for (const pass of passes) {
    const cut = applied(document, pass);
    if (isDone) return cut;
  }
  return null;
}

const SPLICE = Symbol('splice');
const INLINE = Symbol('inline');

function applied(document: DocumentNode, pass: (node: ASTNode) => unknown): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  );
  return visit(document, {
    enter: (node) => {
      if (node.kind !== Kind.SELECTION_SET) return isSelection(node) ? undefined : pass(node);
      const selections = node.selections.flatMap((selection): SelectionNode[] => {
        const result = pass(selection);
        if (result === null) return [];
        if (result === SPLICE) return [...(selection as InlineFragmentNode).selectionSet.selections];
        if (result === INLINE && selection.kind === Kind.FRAGMENT_SPREAD) {
          const fragment = fragments.get(selection.name.value);
          return fragment
            ? [{ kind: Kind.INLINE_FRAGMENT, typeCondition: fragment.typeCondition, selectionSet: fragment.selectionSet }]
            : [];
        }
        return [result === undefined ? selection : (result as FieldNode)];
      });
      return { ...node, selections };
    },
  });
}

function isSelection(node: ASTNode): node is SelectionNode {
  return node.kind === Kind.FIELD || node.kind === Kind.INLINE_FRAGMENT || node.kind === Kind.FRAGMENT_SPREAD;
}

/** Without fragments and variables that nothing uses any more. */
function tidied({ document, variables }: Sent): Sent {
  const spread = new Set<string>();
  const used = new Set<string>();
  visit(document, {
    FragmentSpread: ({ name }) => void spread.add(name.value),
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  const tidy = visit(document, {
    FragmentDefinition: ({ name }) => (spread.has(name.value) ? undefined : null),
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
  return { document: tidy, variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.has(name))) };
}

function cutsOf(draft: Draft): ((draft: Draft) => void)[] {
  const cuts: ((draft: Draft) => void)[] = [];
  draft.forEach((subgraph, at) => {
    cuts.push((each) => void (each as unknown[]).splice(at, 1));
    for (const name of subgraph.types.keys()) cuts.push((each) => void each[at]?.types.delete(name));
  });
  draft.forEach((subgraph, at) => {
    for (const [name, type] of subgraph.types) {
      const typeOf = (each: Draft) => each[at]?.types.get(name);
      for (const field of type.fields.keys()) cuts.push((each) => void typeOf(each)?.fields.delete(field));
      for (const member of type.members.keys()) cuts.push((each) => void typeOf(each)?.members.delete(member));
      for (const face of type.interfaces) cuts.push((each) => void typeOf(each)?.interfaces.delete(face));
      for (const directive of type.directives) cuts.push((each) => void typeOf(each)?.directives.delete(directive));
      for (const [field, { args, directives }] of type.fields) {
        for (const argument of args.keys()) cuts.push((each) => void typeOf(each)?.fields.get(field)?.args.delete(argument));
        for (const each of directives) cuts.push((copy) => void typeOf(copy)?.fields.get(field)?.directives.delete(each));
      }
    }
    cuts.push((each) => each[at]?.rootNames.clear());
  });
  return cuts;
}
