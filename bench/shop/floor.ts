import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { globalId } from '../../platform/federation';

/**
 * The floor of `bench -- shop`: the two hottest answers as a person would write them by hand, on Node's http server and
 * `pg` with named statements, one statement each, no GraphQL, no cache. It answers the same JSON as the graph.
 *
 * Run as a process of its own: argument 1 is the product database's URL; it prints its port.
 */
function main(databaseUrl: string): void {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://floor');
    const answer =
      url.pathname === '/list'
        ? list(pool, Number(url.searchParams.get('first')))
        : detail(pool, url.searchParams.get('slug') ?? '');
    answer.then(
      (data) => send(response, 200, { data }),
      () => send(response, 500, { error: 'failed' }),
    );
  });
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
  process.on('SIGTERM', () => process.exit(0));
}

const PARTS = `
  (SELECT coalesce(json_agg(json_build_object('id', c.id, 'slug', c.slug, 'name', c.name) ORDER BY c.name), '[]')
     FROM product_category pc JOIN category c ON c.id = pc.category_id WHERE pc.product_id = p.id) AS categories,
  (SELECT coalesce(json_agg(json_build_object('id', v.id, 'sku', v.sku, 'title', v.title, 'values', v.option_values, 'price', v.price::text,
       'was', v.compare_at_price::text, 'stock', greatest(v.stock_on_hand - v.stock_reserved, 0), 'sellable', v.is_sellable) ORDER BY v.position, v.id), '[]')
     FROM product_variant v WHERE v.product_id = p.id) AS variants,
  (SELECT coalesce(json_agg(json_build_object('url', i.url, 'alt', i.alt) ORDER BY i.position, i.id), '[]')
     FROM product_image i WHERE i.product_id = p.id) AS images`;

const LIST = {
  name: 'list',
  text: `SELECT p.*, (p.created_at)::text AS created_text, ${PARTS} FROM product p WHERE p.status = 'ACTIVE' ORDER BY p.created_at DESC, p.id DESC LIMIT $1`,
};
const DETAIL = { name: 'detail', text: `SELECT p.*, ${PARTS} FROM product p WHERE p.slug = $1 AND p.status = 'ACTIVE'` };

interface Row {
  id: number;
  slug: string;
  name: string;
  vendor: string;
  price: string;
  compare_at_price: string | null;
  currency: string;
  stock_quantity: number;
  is_available: boolean;
  description: string;
  description_html: string;
  tags: string[];
  option_names: string[];
  seo_title: string | null;
  seo_description: string | null;
  created_text: string;
  categories: { id: number; slug: string; name: string }[];
  variants: {
    id: number;
    sku: string | null;
    title: string;
    values: string[];
    price: string;
    was: string | null;
    stock: number;
    sellable: boolean;
  }[];
  images: { url: string; alt: string | null }[];
}

async function list(pool: pg.Pool, first: number): Promise<object> {
  const { rows } = await pool.query<Row>({ ...LIST, values: [first + 1] });
  const kept = rows.slice(0, first);
  const last = kept.at(-1);
  const endCursor = last ? Buffer.from(JSON.stringify([last.created_text, last.id])).toString('base64url') : null;
  return { products: { nodes: kept.map(card), pageInfo: { hasNextPage: rows.length > first, endCursor } } };
}

async function detail(pool: pg.Pool, slug: string): Promise<object> {
  const { rows } = await pool.query<Row>({ ...DETAIL, values: [slug] });
  const [row] = rows;
  if (!row) return { productBySlug: null };
  const options = row.option_names.map((name, at) => ({
    name,
    values: [...new Set(row.variants.map(({ values }) => values[at]))],
  }));
  const product = {
    ...card(row),
    description: row.description,
    descriptionHtml: row.description_html,
    tags: row.tags,
    options,
    images: row.images.slice(0, 10),
    seo: { title: row.seo_title, description: row.seo_description },
  };
  return { productBySlug: product };
}

function card(row: Row): object {
  const money = (amount: string) => ({ amount, currency: row.currency });
  return {
    id: globalId('Product', row.id),
    slug: row.slug,
    name: row.name,
    vendor: row.vendor,
    price: money(row.price),
    compareAtPrice: row.compare_at_price === null ? null : { amount: row.compare_at_price },
    stockQuantity: row.stock_quantity,
    availableForSale: row.is_available,
    featuredImage: row.images[0] ?? null,
    categories: row.categories.map(({ id, slug, name }) => ({ id: globalId('Category', id), slug, name })),
    variants: row.variants.map((variant) => ({
      id: globalId('ProductVariant', variant.id),
      sku: variant.sku,
      title: variant.title,
      selectedOptions: row.option_names.map((name, at) => ({ name, value: variant.values[at] })),
      price: money(variant.price),
      compareAtPrice: variant.was === null ? null : { amount: variant.was },
      stockQuantity: variant.stock,
      availableForSale: variant.sellable,
    })),
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

main(process.argv[2] ?? '');
