/** Headers by which clients name themselves to Apollo's and Hive's tools. */
const NAMES = ['apollographql-client-name', 'graphql-client-name', 'x-graphql-client-name'];

export function clientNameIn(headers: Readonly<Record<string, unknown>>): string | null {
  for (const name of NAMES) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
