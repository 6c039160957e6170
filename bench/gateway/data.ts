/** The records of the synthetic graph. */
interface Review {
  readonly id: string;
  readonly body: string;
  readonly author: string;
  readonly product: string;
}

const USERS = ['Ada', 'Bo', 'Cy', 'Di', 'Ed', 'Flo'].map((name, at) => ({
  id: String(at + 1),
  name: `${name} Example`,
  username: `@${name.toLowerCase()}`,
  birthday: 1_980 + at,
}));

const PRODUCTS = ['Table', 'Couch', 'Glass', 'Chair', 'TV', 'Lamp', 'Grill', 'Fridge', 'Sofa'].map((name, at) => ({
  upc: String(at + 1),
  name,
  price: [899, 1_299, 15, 499, 1_299, 6_000, 3_999, 100_000, 9_999][at] ?? 1,
  weight: [100, 1_000, 20, 100, 1_000, 300, 2_000, 6_000, 999][at] ?? 1,
}));

const BODIES = ['Love it!', 'Too expensive.', 'Could be better.', 'Prefer something else.', 'Broke within two weeks.', 'Wow.'];
/** Eleven reviews: two of most users, one or two of the products that are on top. */
const REVIEWED = ['1', '1', '2', '3', '2', '4', '4', '5', '3', '5', '1'];
const REVIEWS: readonly Review[] = REVIEWED.map((product, at) => ({
  id: String(at + 1),
  body: BODIES[at % BODIES.length] ?? '',
  author: String((at % 6) + 1),
  product,
}));

type Resolvers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const reviewsOf = (key: 'author' | 'product', value: string) => REVIEWS.filter((review) => review[key] === value);

/** Of each subgraph. */
export const RESOLVERS: Readonly<Record<string, Resolvers>> = {
  accounts: {
    Query: {
      me: () => USERS[0],
      user: (_: unknown, { id }: { id: string }) => USERS.find((user) => user.id === id),
      users: () => USERS,
    },
    User: { __resolveReference: ({ id }: { id: string }) => USERS.find((user) => user.id === id) },
  },
  inventory: {
    Product: {
      __resolveReference: (reference: object) => reference,
      inStock: ({ upc }: { upc: string }) => Number(upc) % 3 !== 0,
      shippingEstimate: ({ price, weight }: { price: number; weight: number }) => (price > 1_000 ? 0 : Math.round(weight / 2)),
    },
  },
  products: {
    Query: { topProducts: (_: unknown, { first }: { first: number }) => PRODUCTS.slice(0, first) },
    Product: { __resolveReference: ({ upc }: { upc: string }) => PRODUCTS.find((product) => product.upc === upc) },
  },
  reviews: {
    Review: {
      __resolveReference: ({ id }: { id: string }) => REVIEWS.find((review) => review.id === id),
      author: ({ author }: Review) => ({ id: author, username: USERS.find(({ id }) => id === author)?.username }),
      product: ({ product }: Review) => ({ upc: product }),
    },
    User: {
      __resolveReference: ({ id }: { id: string }) => ({ id, username: USERS.find((user) => user.id === id)?.username }),
      numberOfReviews: ({ id }: { id: string }) => reviewsOf('author', id).length,
      reviews: ({ id }: { id: string }) => reviewsOf('author', id),
    },
    Product: {
      __resolveReference: ({ upc }: { upc: string }) => ({ upc }),
      reviews: ({ upc }: { upc: string }) => reviewsOf('product', upc),
    },
  },
};
