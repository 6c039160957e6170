import { Agreement } from './support/agreement';

/**
 * What Apollo's planner gets wrong without a word, each found by hand or by `prove differential`. Answers are compared with
 * one graphql-js schema over the same data; subgraphs note when they are asked what no right plan asks.
 */
describe("the planner's traps", () => {
  const agreement = new Agreement();
  const agrees = agreement.expect.bind(agreement);
  afterAll(() => agreement.stop());

  const comments = `
    type Query { posts: [Post!]! }
    type Post @key(fields: "id") { id: ID! title: String! comments(limit: Int = 10): [String!]! }`;

  it('do not take a key that cannot be resolved', () =>
    agrees(
      {
        posts: `type Query { posts: [Post!]! }
          type Post @key(fields: "slug", resolvable: false) @key(fields: "id") {
            id: ID! slug: String! weight: Int! @external fee: String! @requires(fields: "weight") }`,
        weights: 'type Post @key(fields: "id") @key(fields: "slug") { id: ID! slug: String! weight: Int! }',
      },
      ['{ posts { fee } }', '{ posts { slug fee weight } }'],
    ));

  it('do not take what a client asks for what @requires needs', () =>
    agrees(
      {
        posts: comments,
        ratings: `type Post @key(fields: "id") { id: ID! comments(limit: Int = 10): [String!]! @external
          mood: String! @requires(fields: "comments(limit: 3)") }`,
      },
      [
        '{ posts { comments(limit: 1) mood } }',
        '{ posts { mood comments(limit: 1) c: comments(limit: 3) d: comments } }',
        '{ posts { comments mood } }',
      ],
    ));

  it('do not take one @requires for another', () =>
    agrees(
      {
        posts: comments,
        ratings: `type Post @key(fields: "id") { id: ID! comments(limit: Int = 10): [String!]! @external
          mood: String! @requires(fields: "comments(limit: 3)")
          tone(loud: Boolean): String! @requires(fields: "comments(limit: 5)")
          plain: String! @requires(fields: "comments") simple: Int! }`,
      },
      [
        '{ posts { mood tone } }',
        '{ posts { title mood tone(loud: true) plain simple comments(limit: 2) } }',
        'query ($loud: Boolean = true) { posts { mood t: tone(loud: $loud) plain } }',
      ],
    ));

  it('do not take one @requires for that of another subgraph', () =>
    agrees(
      {
        posts: comments,
        ratings: `type Post @key(fields: "id") { id: ID! comments(limit: Int = 10): [String!]! @external
          mood: String! @requires(fields: "comments(limit: 3)") }`,
        tones: `type Post @key(fields: "id") { id: ID! comments(limit: Int = 10): [String!]! @external
          tone: String! @requires(fields: "comments(limit: 5)") }`,
      },
      ['{ posts { mood tone } }', '{ posts { title mood tone comments(limit: 2) } }'],
    ));

  it('ask the subgraph of an interface object for records of the types that ask for its fields alone', () =>
    agrees(
      {
        a: `type Query { any: [Whole!]! } interface Whole @key(fields: "id") { id: ID! }
          type Ant implements Whole @key(fields: "id") { id: ID! } type Bee implements Whole @key(fields: "id") { id: ID! }`,
        b: `type Whole @key(fields: "id") @interfaceObject { id: ID! size: Int weight: Int! age: Int! part: Part! }
          type Part { name: String! whole: Whole }`,
      },
      [
        '{ any { ... on Whole { size } ... on Bee { weight } } }',
        '{ any { id size ... on Bee { weight age } ... on Ant { age part { name } } } }',
        '{ any { size weight ... on Bee { part { whole { ... on Ant { age } ... on Bee { size } } } } } }',
        'query ($no: Boolean = false) { any { ...sized ... on Bee @skip(if: $no) { weight } } } fragment sized on Whole { size }',
      ],
      { seed: 6, moods: { nulls: 0, errors: 0.05, illegalNulls: 0.15 } },
    ));

  it('do not ask the subgraph of an interface object for one type what another asks under the same name', () =>
    agrees(
      {
        a: `type Query { any: [Whole!]! } interface Whole @key(fields: "id") { id: ID! }
          type Ant implements Whole @key(fields: "id") { id: ID! } type Bee implements Whole @key(fields: "id") { id: ID! }
          type Cat implements Whole @key(fields: "id") { id: ID! }`,
        b: 'type Whole @key(fields: "id") @interfaceObject { id: ID! size(of: Int = 1, in: String): Int }',
      },
      [
        '{ any { ... on Ant { size } ... on Bee { size(of: 2) } ... on Cat { size } } }',
        `query ($in: String = "m", $of: Int! = 9) {
          any { ... on Ant { s: size(in: $in) } ... on Bee { s: size(of: $of, in: $in) } ... on Cat { s: size(in: $in, of: $of) id } } }`,
      ],
      { seed: 3 },
    ));

  it('do not ask the subgraph of an interface object for one type what another asks below the same field', () =>
    agrees(
      {
        a: `type Query { any: [Whole!]! } interface Whole @key(fields: "id") { id: ID! }
          type Ant implements Whole @key(fields: "id") { id: ID! } type Bee implements Whole @key(fields: "id") { id: ID! }`,
        b: `type Whole @key(fields: "id") @interfaceObject { id: ID! to: Cat! }
          type Cat @key(fields: "id") { id: ID! size(of: Int = 1): Int! next: Cat! part: Part } type Part { code: Int! cat: Cat! }`,
        c: 'type Cat @key(fields: "id") { id: ID! name: String mood: String! }',
      },
      [
        '{ any { ... on Ant { to { size } } to { name } } }',
        '{ any { ... on Ant { to { id size } } ... on Bee { to { name next { mood } } } } }',
        '{ any { to { part { cat { name } } } ... on Ant { to { part { code cat { id size } } } } ... on Bee { id to { __typename } } } }',
        'query ($of: Int = 4) { any { ... on Ant { to { s: size(of: $of) } } ... on Bee { to { s: size(of: 2) } } } }',
      ],
      { seed: 5, moods: { nulls: 0, errors: 0.15, illegalNulls: 0.15 } },
    ));

  it('ask for an interface that nothing implements', () =>
    agrees(
      {
        posts: `type Query { found: Found many: [Found!]! post: Post! }
          interface Found { id: ID! score: Int }
          type Post @key(fields: "id") { id: ID! title: String! }`,
      },
      ['{ many { id } post { title } }', '{ many { __typename score } found { id } }'],
      { moods: { nulls: 0, errors: 0, illegalNulls: 0 } },
    ));

  it('do not take an alias for a key, or for what @requires needs', () =>
    agrees(
      {
        posts: 'type Query { posts: [Post!]! post: Post } type Post @key(fields: "id") { id: ID! title: String! weight: Int! }',
        prices:
          'type Post @key(fields: "id") { id: ID! price: Int! weight: Int! @external fee: String! @requires(fields: "weight") }',
      },
      [
        '{ posts { id: title price } }',
        '{ posts { id: title weight: title fee } post { id: weight price } }',
        '{ posts { id: __typename __typename price } }',
      ],
    ));

  it('do not lose the place of an error below such an alias', () =>
    agrees(
      {
        posts: 'type Query { posts: [Post!]! } type Post @key(fields: "id") { id: ID! next: Post title: String }',
        prices: 'type Post @key(fields: "id") { id: ID! price: Int price2: Int! }',
      },
      ['{ posts { id: next { id: title price price2 } price } }', '{ posts { id: next { next { price2 } id: price2 } } }'],
      { moods: { nulls: 0.1, errors: 0.3, illegalNulls: 0.1 } },
    ));

  it('do not tell at such an alias of what plans fetched unasked', () =>
    agrees(
      {
        posts: 'type Query { posts: [Post!]! } type Post @key(fields: "id") { id: ID! weight: Int }',
        prices: 'type Post @key(fields: "id") { id: ID! weight: Int @external fee: String! @requires(fields: "weight") }',
      },
      ['{ posts { weight: fee } }'],
      { seed: 2, moods: { nulls: 0, errors: 0.3, illegalNulls: 0 } },
    ));

  it('refuse by name what requires what requires something, where there is no way', () =>
    agrees(
      {
        a: 'type Cat @key(fields: "id") { id: ID! size: Int! }',
        b: `type Cat @key(fields: "id") { id: ID! age: Int! size: Int! @external rank: Int! @external
          worth: Int! @requires(fields: "size rank") }`,
        c: `type Query { cats: [Cat!]! }
          type Cat @key(fields: "id") { id: ID! size: Int! @external age: Int! @external rank: Int! @requires(fields: "size age") }`,
      },
      ['{ cats { rank } }', '{ cats { worth } }'],
      { refused: 1 },
    ));

  it('refuse it also where the client asks by fragments with names', () =>
    agrees(
      {
        a: `union Any = Cat type Cat @key(fields: "id") { id: ID! name: String! rank: Float! @requires(fields: "size") size: Int! @external any: Any! }`,
        b: `type Query { one: Other } union Any = Cat union Other = Cat
          type Cat @key(fields: "id") { id: ID! size: Int! worth: String @requires(fields: "rank name")
            rank: Float! @external name: String! @external }`,
      },
      [
        `{ one { ...Ranked ... on Cat { any { ... on Cat { name worth } } } } }
          fragment Ranked on Other { ...Sized } fragment Sized on Any { ... on Cat { rank size } __typename }`,
      ],
      { refused: 1 },
    ));

  it('let records keep their type when the subgraph of an interface object answers', () =>
    agrees(
      {
        a: `type Query { ant: Ant any: [Whole!]! } interface Whole @key(fields: "id") { id: ID! }
          type Ant implements Whole @key(fields: "id") { id: ID! size: Int! } type Bee implements Whole @key(fields: "id") { id: ID! }
          interface Face { id: ID! } `,
        b: 'type Query { wholes: [Whole!]! } type Whole @key(fields: "id") @interfaceObject { id: ID! extra(of: Int = 1): String! }',
        c: 'type Ant @key(fields: "id") { id: ID! size: Int! @external worth: Int! @requires(fields: "size") }',
      },
      [
        '{ ant { extra worth __typename } }',
        '{ any { extra ... on Ant { worth } } }',
        '{ wholes { extra } }',
        '{ wholes { extra ... on Ant { worth } } }',
        '{ wholes { ... on Ant { ... on Whole { ... on Bee { id } } } } }',
        '{ wholes { extra ... on Ant { ... on Whole { ... on Bee { extra } } } } }',
        '{ wholes { __typename id extra(of: 2) } }',
      ],
    ));

  it('run mutations in the order in which they are asked, fragments among them', () =>
    agrees(
      {
        posts: `type Query { post: Post } type Post @key(fields: "id") { id: ID! title: String! }
          type Mutation { publish: Post! retract(id: ID): Boolean! touch: Int! }`,
        prices: 'type Post @key(fields: "id") { id: ID! price: Int! } type Mutation { reprice: Post }',
      },
      [
        'mutation { touch ...P retract } fragment P on Mutation { publish { title price } }',
        'mutation { touch ... on Mutation { reprice { price } ...P } r: retract(id: 1) } fragment P on Mutation { publish { title } }',
      ],
    ));

  it('look through fragments in fragments that exclude each other', () => {
    const said = (name: string): string => `type ${name} implements Said { code: String! path: [String!] }`;
    return agrees(
      {
        posts: `type Query { only: [Only!]! all: [All!]! } interface Said { code: String! path: [String!] }
          ${said('Red')} ${said('Green')} ${said('Blue')} union All = Red | Green | Blue union Only = Red
          union One = Red | Green union Two = Green | Blue union Three = Red | Blue`,
        others: `type Query { said: Said } interface Said { code: String! path: [String!] } ${said('White')}`,
      },
      [
        '{ only { ... on Three { ... on One { __typename ... on Said { path } } } ... on One { ... on Three { ... on Two { code: __typename } } } } }',
        '{ only { ... on Three { ...F } ... on One { ... on Three { ... on Two { ... on Said { code } } } } } } fragment F on One { __typename ... on Said { path } }',
        '{ all { ... on Three { ... on One { ... on Said { path } } } ... on One { ... on Three { ... on Two { __typename } ... on Said { code } } } } }',
      ],
    );
  });

  it('do not let what a client asks below a record make a required record null', () =>
    agrees(
      {
        posts: 'type Query { posts: [Post!]! } type Post @key(fields: "id") { id: ID! next: Post many: [Post] title: String! }',
        prices: `type Post @key(fields: "id") { id: ID! next: Post @external many: [Post] @external
          price: String @requires(fields: "next { id }") sum: String @requires(fields: "many { id } next { id }") }`,
      },
      ['{ posts { next { title } price } }', '{ posts { many { id title } sum next { title next { title } } } }'],
      { moods: { nulls: 0, errors: 0.4, illegalNulls: 0 } },
    ));

  it('name no root type to a subgraph that calls it something else', () =>
    agrees(
      {
        posts: `schema { query: Reads mutation: Writes } type Reads { count: Int title: String post: Post } type Writes { touch: Int }
          type Post @key(fields: "id") { id: ID! }`,
      },
      [
        '{ ...B ...A } fragment A on Query { __typename count } fragment B on Query { title ...A } ',
        '{ ...B ...A } fragment C on Query { __typename count } fragment A on Query { title ...C } fragment B on Query { ... on Query { count } name: title post { ...P } } fragment P on Post { id }',
        'mutation { ...A ...B } fragment A on Mutation { __typename touch } fragment B on Mutation { again: touch ...A }',
      ],
    ));

  it('declare no variable that only nobody would have used', () =>
    agrees(
      {
        posts: 'type Query { post: Post found: [Found!] } type Post @key(fields: "id") { id: ID! } interface Found { id: ID! }',
        wholes:
          'interface Found @key(fields: "id") { id: ID! more(of: Int): String } type One implements Found @key(fields: "id") { id: ID! more(of: Int): String }',
      },
      ['query ($of: Int = 3) { found { more(of: $of) } }'],
    ));
});
