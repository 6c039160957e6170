import { loadSupergraph, type LoadedSupergraph } from '../../gateway/supergraph/load';
import { createLogger } from '../../platform/observability';
import { testGateway, type TestGateway } from './support/gateway';
import { executeMonolith, Library, librarySupergraph } from './support/library';

/** The gateway must answer as one schema over the same records would: same data, same errors at the same places. */
describe('the executor against a monolith', () => {
  let gateway: TestGateway;
  let supergraph: LoadedSupergraph;

  beforeAll(async () => {
    gateway = await testGateway();
    supergraph = await loadSupergraph(librarySupergraph(), createLogger({ logLevel: 'silent' }, 'test'));
  });
  afterAll(() => gateway.stop());

  const cases: [string, string, Record<string, unknown>?][] = [
    ['one subgraph', '{ people { id name email role } }'],
    ['two subgraphs', '{ people { name works { __typename title } } }'],
    [
      'three subgraphs, back and forth',
      '{ books { title author { name reviews { body book { title author { email } } } } reviews { score by { name email } } } }',
    ],
    [
      'aliases',
      '{ a: book(id: "b1") { t: title k: __typename writer: author { n: name } } b: book(id: "b2") { t: title } none: book(id: "b9") { id } }',
    ],
    [
      'aliases of one entity with different arguments',
      '{ book(id: "b1") { fast: hours(speed: 60) slow: hours(speed: 10) hours } }',
    ],
    [
      'an interface',
      '{ works { __typename id title ... on Book { pages reviews { body } } ... on Film { minutes sequel { title author { name } } } author { name } } }',
    ],
    ['a union with nulls', '{ items { __typename ... on Book { title author { name } } ... on Film { title minutes } } }'],
    ['a union without a typename', '{ items { ... on Work { title } ... on Book { pages } } }'],
    ['an aliased typename on an interface', '{ works { kind: __typename ... on Book { hours } } }'],
    [
      'fragments',
      'query { books { ...B } me { ...P } } fragment B on Book { title author { ...P } } fragment P on Person { name manager { name manager { name } } }',
    ],
    ['the same field twice', '{ book(id: "b1") { author { name } author { email } reviews { body } reviews { score } } }'],
    ['@requires', '{ books { title hours } }'],
    ['@requires with nested nulls', '{ books { area format { width } } }'],
    ['@provides', '{ reviews { by { name } } }'],
    ['@provides and more', '{ reviews { by { name email } } }'],
    ['lists of lists', '{ grid { id title reviews { body } } books { tags } }'],
    ['nulls and equal entities in a list', '{ shelf { title author { name } reviews { by { name } } } }'],
    ['a reference that nobody knows, nullable', '{ reviews { body book { id title } } }'],
    ['an error at a nullable field', '{ explode me { name } }'],
    ['an error at the root that may not be null', '{ me { name } mustExplode }'],
    ['an error in an entity, nullable', '{ books { title flaky } }'],
    ['an error in an entity that bubbles', '{ shelf { title fragile } b: book(id: "b2") { title fragile } }'],
    ['an error in an entity that bubbles to the root', '{ books { title fragile } }'],
    ['an error at two places', '{ shelf { flaky } }'],
    ['skip and include, literal', '{ me { name @skip(if: true) email @include(if: true) works @include(if: false) { title } } }'],
    [
      'skip and include by variables',
      'query ($a: Boolean!, $b: Boolean = true) { me { name @skip(if: $a) works @include(if: $b) { title } reviews @include(if: $a) { body } } }',
      { a: true },
    ],
    [
      'the other way round',
      'query ($a: Boolean!, $b: Boolean = true) { me { name @skip(if: $a) works @include(if: $b) { title } reviews @include(if: $a) { body } } }',
      { a: false, b: false },
    ],
    [
      'fragments under conditions',
      'query ($a: Boolean!) { books { ... @include(if: $a) { author { name } } ...T @skip(if: $a) } } fragment T on Book { title hours }',
      { a: true },
    ],
    [
      '@requires under a condition',
      'query ($no: Boolean!) { works { ... on Book { author { works { ... on Book { reviews { score } area @skip(if: $no) } } } } } }',
      { no: true },
    ],
    ['a selection that conditions leave empty', 'query ($no: Boolean!) { me { name @skip(if: $no) } }', { no: true }],
    [
      'variables',
      'query ($id: ID!, $speed: Int!) { book(id: $id) { hours(speed: $speed) author { works { title } } } }',
      { id: 'b1', speed: 7 },
    ],
    [
      'defaults, given and left out',
      'query ($t: String, $i: EchoInput) { a: echo b: echo(text: $t) c: echo(input: $i) d: echo(text: null, list: [1, 2]) }',
      { i: { word: 'x' } },
    ],
    ['typename at the root', '{ __typename t: __typename me { __typename } }'],
    ['nobody', '{ nobody { name works { title } } }'],
    ['introspection beside data', '{ me { name } __type(name: "Person") { name fields { name } } }'],
    [
      'introspection with variables, defaults among them',
      'query ($n: String!, $old: Boolean = true, $no: Boolean!) { __type(name: $n) { name @skip(if: $no) kind fields(includeDeprecated: $old) { name } } }',
      { n: 'Person', no: true },
    ],
  ];

  for (const [name, query, variables] of cases) {
    it(name, () => agree(query, variables));
  }

  async function agree(query: string, variables: Record<string, unknown> = {}): Promise<void> {
    const expected = await executeMonolith(supergraph.apiSchema, new Library(), query, variables);
    const { body } = await gateway.query(query, variables);
    expect(body.data).toEqual(JSON.parse(JSON.stringify(expected.data)));
    expect(places(body.errors)).toEqual(places(expected.errors));
  }

  it('keeps the order of the selection', async () => {
    const query = '{ books { hours title ... on Book { author { name id } } id } }';
    const expected = await executeMonolith(supergraph.apiSchema, new Library(), query);
    const { body } = await gateway.query(query);
    expect(JSON.stringify(body.data)).toBe(JSON.stringify(expected.data));
  });
});

function places(errors: readonly { readonly path?: readonly (string | number)[] }[] = []): string[] {
  return errors.map((error) => (error.path ?? []).join('.')).sort();
}
