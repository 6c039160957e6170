import { buildSchema } from 'graphql';
import { CacheHints } from '../../gateway/supergraph/cache-hints';

const SDL = `
  directive @cacheControl(maxAge: Int, scope: String) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  directive @join__type(graph: String, key: String) repeatable on OBJECT
  type Query { works: [Work!]! @cacheControl(maxAge: 60, scope: "PUBLIC") }
  interface Work { title: String @cacheControl(maxAge: 50, scope: "PUBLIC") pages: Int note: String }
  type Book implements Work @join__type(graph: "A", key: "id shelf") @join__type(graph: "A", key: "cover { code }") {
    id: ID! shelf: Int title: String @cacheControl(scope: "PRIVATE") pages: Int @cacheControl(maxAge: 9) note: String @cacheControl(maxAge: 5)
  }
  type Film implements Work { title: String pages: Int @cacheControl(maxAge: 7, scope: "PUBLIC") note: String }
  union Found = Film | Book
  type Twice @cacheControl(maxAge: 30, scope: "PUBLIC") @cacheControl(maxAge: 20) { id: ID! }
`;

describe('hints of a schema', () => {
  const hints = new CacheHints(SDL, buildSchema(SDL));

  it('are those of all types that may stand behind an interface', () => {
    expect(hints.ofField('Work', 'title')).toEqual({ maxAge: 50, scope: 'PRIVATE' });
    expect(hints.ofField('Work', 'pages')).toEqual({ maxAge: 7, scope: null });
    expect(hints.ofField('Film', 'pages')).toEqual({ maxAge: 7, scope: 'PUBLIC' });
  });

  it('give an interface no age that one of its types lacks', () => {
    expect(hints.ofField('Work', 'note')).toEqual({ maxAge: null, scope: null });
    expect(hints.ofType('Found')).toBeUndefined();
  });

  it('are the strictest of several', () => {
    expect(hints.ofType('Twice')).toEqual({ maxAge: 20, scope: null });
  });

  it('know plain keys, which cannot change', () => {
    expect(['id', 'shelf', 'cover', 'title'].filter((field) => hints.isKey('Book', field))).toEqual(['id', 'shelf']);
  });
});
