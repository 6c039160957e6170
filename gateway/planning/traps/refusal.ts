import { GraphQLError } from 'graphql';

const CODE = 'UNPLANNABLE_OPERATION';

/** What is thrown where an operation is valid, and yet cannot be answered rightly over this supergraph. */
export function unplannable(reason: string): GraphQLError {
  return new GraphQLError(
    `This operation cannot be planned over the subgraphs: ${reason}. Ask for these fields in separate operations`,
    { extensions: { code: CODE } },
  );
}

export function isRefusal(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions['code'] === CODE;
}
