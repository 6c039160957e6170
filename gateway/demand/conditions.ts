import { Kind, type SelectionNode } from 'graphql';

type Json = Readonly<Record<string, unknown>>;

/** By variables; `true` and `false` where none has a say. */
export type Condition = boolean | ((variables: Json) => boolean);

/** Whether `@skip` and `@include` leave a selection in. */
export function inclusionOf({ directives = [] }: SelectionNode): Condition {
  return directives.reduce<Condition>((all, { name, arguments: given }) => {
    if (name.value !== 'skip' && name.value !== 'include') return all;
    const wanted = name.value === 'include';
    const value = given?.find((argument) => argument.name.value === 'if')?.value;
    if (value?.kind === Kind.BOOLEAN) return both(all, value.value === wanted);
    if (value?.kind !== Kind.VARIABLE) return all;
    const variable = value.name.value;
    return both(all, (variables) => variables[variable] === wanted);
  }, true);
}

export function both(one: Condition, other: Condition): Condition {
  if (one === false || other === false) return false;
  if (one === true) return other;
  if (other === true) return one;
  return (variables) => one(variables) && other(variables);
}

export function holds(condition: Condition, variables: Json): boolean {
  return typeof condition === 'boolean' ? condition : condition(variables);
}
