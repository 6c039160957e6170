import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';

/**
 * What the queries cost written by hand: no GraphQL, only the calls that they need, one for each kind of record, over undici;
 * and beside it (`/static`) what one answer costs that needs no call at all.
 */
const [origin = '', staticAnswers = '{}', port = '0'] = process.argv.slice(2);
const statics = JSON.parse(staticAnswers) as Record<string, string>;
const pool = new Pool(origin, { connections: 64, pipelining: 1 });

type Json = Record<string, unknown>;

async function ask(subgraph: string, query: string, authorization: string, representations?: readonly Json[]): Promise<Json> {
  const body = JSON.stringify({ query, variables: representations ? { representations } : {} });
  const headers = { 'content-type': 'application/json', authorization };
  const answer = await pool.request({ method: 'POST', path: `/${subgraph}`, headers, body });
  return ((await answer.body.json()) as { data: Json }).data;
}

const entities = (type: string, selection: string): string =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} { ${selection} } } }`;

const USERS = '{ users { id name username } }';
const TOP = '{ topProducts { upc name price weight } }';
const TWO_HOP_TOP = '{ topProducts { upc name price } }';
const TWO_HOP_REVIEWS = entities('Product', 'reviews { id body }');
const OF_USER = 'reviews { id body product { upc } }';
const OF_PRODUCT = `reviews { id body author { id username ${OF_USER} } }`;
const USER_REVIEWS = entities('User', `reviews { id body product { upc ${OF_PRODUCT} } }`);
const PRODUCT_REVIEWS = entities('Product', OF_PRODUCT);
const PRODUCTS = entities('Product', 'upc name price weight');
const STOCK = entities('Product', 'upc inStock shippingEstimate');
const NAMES = entities('User', 'id name');

async function light(auth: string): Promise<Json> {
  return ask('accounts', USERS, auth);
}

async function twoHop(auth: string): Promise<Json> {
  const { topProducts } = (await ask('products', TWO_HOP_TOP, auth)) as { topProducts: Json[] };
  const keys = topProducts.map(({ upc }) => ({ __typename: 'Product', upc }));
  const { _entities } = (await ask('reviews', TWO_HOP_REVIEWS, auth, keys)) as { _entities: Json[] };
  return { topProducts: topProducts.map((product, at) => ({ ...product, reviews: _entities[at]?.['reviews'] })) };
}

interface Product extends Json {
  upc: string;
  reviews?: Review[];
}
interface User extends Json {
  id: string;
  reviews?: Review[];
}
interface Review extends Json {
  product?: Product;
  author?: User;
}

async function heavy(auth: string): Promise<Json> {
  const asUser = ({ id }: User): Json => ({ __typename: 'User', id });
  const users = (async () => {
    const found = (await ask('accounts', USERS, auth))['users'] as User[];
    const { _entities } = (await ask('reviews', USER_REVIEWS, auth, found.map(asUser))) as { _entities: User[] };
    return found.map((user, at) => ({ ...user, reviews: _entities[at]?.reviews ?? [] }));
  })();
  const top = (async () => {
    const found = (await ask('products', TOP, auth))['topProducts'] as Product[];
    const keys = found.map(({ upc }) => ({ __typename: 'Product', upc }));
    const { _entities } = (await ask('reviews', PRODUCT_REVIEWS, auth, keys)) as { _entities: Product[] };
    return found.map((product, at) => ({ ...product, reviews: _entities[at]?.reviews ?? [] }));
  })();
  const answer = { users: await users, topProducts: await top };
  const records = new Records();
  for (const user of answer.users) records.walkUser(user);
  for (const product of answer.topProducts) records.walkProduct(product);
  await records.fill(auth);
  return answer;
}

/** The products and users that occur, each asked for once. */
class Records {
  private readonly products = new Map<string, Product[]>();
  private readonly users = new Map<string, User[]>();

  walkUser(user: User): void {
    add(this.users, user.id, user);
    for (const { product } of user.reviews ?? []) if (product) this.walkProduct(product);
  }

  walkProduct(product: Product): void {
    add(this.products, product.upc, product);
    for (const { author } of product.reviews ?? []) if (author) this.walkUser(author);
  }

  async fill(auth: string): Promise<void> {
    const upcs = [...this.products.keys()].map((upc) => ({ __typename: 'Product', upc }));
    const ids = [...this.users.keys()].map((id) => ({ __typename: 'User', id }));
    const named = ask('accounts', NAMES, auth, ids);
    const { _entities: products } = (await ask('products', PRODUCTS, auth, upcs)) as { _entities: Product[] };
    const priced = products.map(({ upc, price, weight }) => ({ __typename: 'Product', upc, price, weight }));
    const { _entities: stock } = (await ask('inventory', STOCK, auth, priced)) as { _entities: Product[] };
    for (const fields of [...products, ...stock])
      for (const record of this.products.get(fields.upc) ?? []) Object.assign(record, fields);
    for (const fields of (await named)['_entities'] as User[])
      for (const record of this.users.get(fields.id) ?? []) Object.assign(record, fields);
  }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

const QUERIES: Readonly<Record<string, (auth: string) => Promise<Json>>> = { light, 'two-hop': twoHop, heavy };

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [, kind = '', query = ''] = (request.url ?? '').split('/');
    JSON.parse(Buffer.concat(chunks).toString());
    if (kind === 'static') return send(response, statics[query] ?? '');
    QUERIES[query]?.(request.headers.authorization ?? '').then(
      (data) => send(response, JSON.stringify({ data })),
      () => response.writeHead(500).end(),
    );
  });
}

createServer(serve).listen(Number(port), '127.0.0.1');
