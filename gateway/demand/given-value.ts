import { Kind, valueFromAST, visit, type FieldNode, type GraphQLArgument, type ValueNode } from 'graphql';

type Json = Readonly<Record<string, unknown>>;

/** What an argument is given. */
export interface GivenValue {
  /** Whether it depends on no variable. */
  readonly isFixed: boolean;
  /** @param variables coerced; defaults of the schema are filled in, also those of input fields in literals */
  read(variables: Json): unknown;
}

export function givenTo(argument: GraphQLArgument | undefined, node: FieldNode): GivenValue {
  const given = node.arguments?.find(({ name }) => name.value === argument?.name)?.value;
  if (!argument || !given) return { isFixed: true, read: () => argument?.defaultValue };
  const read = (variables: Json): unknown => {
    const value: unknown = valueFromAST(given, argument.type, variables);
    return value === undefined ? argument.defaultValue : value;
  };
  if (dependsOnVariables(given)) return { isFixed: false, read };
  const fixed = read({});
  return { isFixed: true, read: () => fixed };
}

function dependsOnVariables(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  let found = false;
  visit(value, { Variable: () => void (found = true) });
  return found;
}
