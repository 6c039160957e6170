import { graphqlRequest, type GraphqlRequest } from './graphql-body';

/** The request in the query string of a GET; `null` when it is malformed. @throws AppError for a document named wrongly */
export function graphqlQueryString(url: string): GraphqlRequest | null {
  const question = url.indexOf('?');
  if (question < 0) return null;
  const parameters: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(url.slice(question + 1))) {
    if (name in parameters) return null;
    const read = name === 'variables' || name === 'extensions' ? jsonOf(value) : value;
    if (read === undefined) return null;
    parameters[name] = read;
  }
  return graphqlRequest(parameters);
}

/** `undefined` for what is no JSON. */
function jsonOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
