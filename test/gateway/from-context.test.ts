import { Agreement } from './support/agreement';

const POSTS = `
  type Query { posts: [Post!]! post: Post }
  type Post @key(fields: "id") @context(name: "post") {
    id: ID! lang: String! tone: String author: User! friends: [[User]] mid: Mid best: Post wrapped: Wrapped! }
  type Mid { users: [User!] }
  type Wrapped { style: String }
  type User @key(fields: "id") {
    id: ID! next: User pal: Pal!
    greeting(size: Int, lang: String @fromContext(field: "$post { lang }")): String!
    mood(tone: String @fromContext(field: "$post { tone }"), lang: String @fromContext(field: "$post { lang }")): String
    look(style: String @fromContext(field: "$post { wrapped { style } }")): [String!]
    favourite(tone: String @fromContext(field: "$post { tone }")): User }
  type Pal { user: User! }`;
const NAMES = `
  type User @key(fields: "id") { id: ID! name: String reviews: [Review!] }
  type Review @key(fields: "id") { id: ID! stars: Int post: Post }
  type Post @key(fields: "id") { id: ID! extra: Int }`;

/** Values that records around an entity fill in: compared with one graphql-js schema that looks for them itself. */
describe('@fromContext', () => {
  const agreement = new Agreement();
  const agrees = agreement.expect.bind(agreement);
  afterAll(() => agreement.stop());

  it.each([false, true])('takes the value of the record around, for each of a list its own, over HTTP: %s', (isOverHttp) =>
    agrees(
      { posts: POSTS, names: NAMES },
      [
        '{ posts { author { greeting } } }',
        '{ posts { lang author { id greeting(size: 3) other: greeting(size: 4) mood look } } }',
        'query ($size: Int = 5) { posts { author { greeting(size: $size) name } } }',
      ],
      { isOverHttp },
    ),
  );

  it('looks up through lists and records between', () =>
    agrees({ posts: POSTS, names: NAMES }, [
      '{ posts { friends { greeting mood name } mid { users { greeting } } } }',
      '{ post { author { next { pal { user { greeting mood } } greeting } } } }',
      '{ posts { author { favourite { favourite { greeting name } name } } } }',
    ]));

  it('takes the nearest of several records around', () =>
    agrees({ posts: POSTS, names: NAMES }, [
      '{ posts { best { author { greeting } best { lang author { mood } } } author { greeting } } }',
      '{ post { author { reviews { stars post { extra author { greeting next { greeting } } } } greeting } } }',
    ]));

  it.each([1, 2, 3])('takes null and what fails as it is, data %d', (seed) =>
    agrees(
      { posts: POSTS, names: NAMES },
      [
        '{ posts { author { greeting mood look name } friends { mood look favourite { greeting } } } }',
        '{ posts { wrapped { style } best { mid { users { look mood } } } } }',
      ],
      { seed, moods: { nulls: 0.3, errors: 0.1, illegalNulls: 0.05 } },
    ),
  );

  it('is not misled by what a client calls as the record calls its value', () =>
    agrees({ posts: POSTS, names: NAMES }, [
      '{ posts { lang: id tone: lang author { greeting mood } } }',
      '{ all: posts { who: author { greeting lang: mood } } }',
    ]));

  it('takes it from interfaces, unions and other subgraphs', () =>
    agrees(
      {
        shops: `type Query { any: [Any!] face: [Face!] }
          union Any @context(name: "any") = Shop | Stall
          interface Face @context(name: "face") { id: ID! town: String keeper: Person }
          type Shop implements Face @key(fields: "id") { id: ID! town: String keeper: Person sign: String }
          type Stall implements Face @key(fields: "id") { id: ID! town: String keeper: Person flag: String }
          type Person @key(fields: "id") { id: ID!
            pitch(sign: String @fromContext(field: "$any ... on Shop { sign } ... on Stall { flag }")): String
            home(town: String @fromContext(field: "$face { town }")): String }`,
        more: 'type Shop @key(fields: "id") { id: ID! rank: Int }',
      },
      [
        '{ any { ... on Shop { keeper { pitch } } ... on Stall { keeper { pitch } } } }',
        '{ face { keeper { home } ... on Shop { rank } } }',
        '{ any { ... on Face { keeper { home } } } }',
      ],
    ));

  it('takes it from where another subgraph resolves it', () =>
    agrees(
      {
        posts: `type Query { posts: [Post!]! }
          type Post @key(fields: "id") @context(name: "post") { id: ID! rank: String @external author: User }
          type User @key(fields: "id") { id: ID! title(rank: String @fromContext(field: "$post { rank }")): String }`,
        ranks: 'type Post @key(fields: "id") { id: ID! rank: String }',
      },
      ['{ posts { author { title } } }', '{ posts { rank author { title } } }'],
      { moods: { nulls: 0.2, errors: 0, illegalNulls: 0 } },
    ));

  it('is not taken from what a client asks of the same field', () =>
    agrees(
      {
        posts: `type Query { posts: [Post!]! }
          type Post @key(fields: "id") @context(name: "post") { id: ID! lang(of: Int = 1): String owner: User author: User }
          type User @key(fields: "id") { id: ID! name: String title: String!
            greeting(lang: String @fromContext(field: "$post { lang(of: 2) }")): String
            mood(name: String @fromContext(field: "$post { owner { name } }")): String }`,
      },
      [
        '{ posts { lang(of: 1) author { greeting } } }',
        '{ posts { lang author { greeting mood } l: lang(of: 2) } }',
        '{ posts { owner { title mood } author { mood title } } }',
      ],
      { moods: { nulls: 0, errors: 0.3, illegalNulls: 0 } },
    ));

  it('waits for the subgraph that brings it, where the record itself comes from a third one', () =>
    agrees(
      {
        posts: `type Query { lists: [[Post]] } type Post @key(fields: "id") { id: ID! author(of: Int): User best: Post }
          type User @key(fields: "id", resolvable: false) { id: ID! }`,
        moods: `type Post @key(fields: "id") @context(name: "post") { id: ID! lang: String! owner: User tone: String @external }
          type User @key(fields: "id") { id: ID! greeting(lang: String @fromContext(field: "$post { lang }")): [String]
            mood(tone: String @fromContext(field: "$post { tone }")): String self: User }`,
        tones: 'type Post @key(fields: "id") { id: ID! tone: String }',
      },
      [
        '{ lists { author { greeting } } }',
        '{ lists { author { greeting mood self { greeting mood } } owner { greeting mood } best { author { mood } } } }',
        'query ($no: Boolean = false) { lists { tone author { mood @skip(if: $no) } owner { greeting } } }',
      ],
    ));

  it('lets no client fill in such a value', () =>
    agrees(
      { posts: POSTS, names: NAMES },
      ['query ($contextualArgument_1_0: Int) { posts { author { greeting(size: $contextualArgument_1_0) } } }'],
      { refused: 1 },
    ));
});
