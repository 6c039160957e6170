import { randomUUID } from 'node:crypto';
import type pg from 'pg';

/** A list of the graph, and rows of it that come, change and go while it is paged through. */
export interface PagedList {
  readonly name: string;
  readonly sorts: readonly string[];
  /** The database whose rows it lists. */
  readonly subgraph: 'user' | 'product' | 'order';
  /** The connection field with `SORT` and `PAGE` to be filled in. */
  readonly field: string;
  /** Arguments that make it another list. */
  readonly otherFilter: string;
  /** Makes a row that may change and go; answers its key. */
  insert(client: pg.Client): Promise<number>;
  /** Gives such a row another place in every sort. */
  move(client: pg.Client, key: number): Promise<void>;
  remove(client: pg.Client, key: number): Promise<void>;
}

const PAST = `now() - random() * interval '400 days'`;

async function keyBy(client: pg.Client, sql: string, values: unknown[]): Promise<number> {
  const { rows } = await client.query<{ id: number }>(sql, values);
  return rows[0]?.id ?? 0;
}

const products = {
  subgraph: 'product' as const,
  // At prices and dates that others have too, so that ties are broken all the time.
  insert: (client: pg.Client) =>
    keyBy(
      client,
      `WITH p AS (INSERT INTO product (slug, name, status, currency, created_at, published_at)
         SELECT $1, 'Cotton ' || chr(65 + floor(random() * 26)::int) || $1, 'ACTIVE', 'EUR', created_at, now() FROM product ORDER BY random() LIMIT 1 RETURNING id)
       INSERT INTO product_variant (product_id, title, price, stock_on_hand)
         SELECT p.id, 'One', (SELECT price FROM product_variant ORDER BY random() LIMIT 1), 5 FROM p RETURNING product_id AS id`,
      [randomUUID()],
    ),
  move: async (client: pg.Client, key: number) => {
    await client.query(
      'UPDATE product_variant SET price = (SELECT price FROM product_variant ORDER BY random() LIMIT 1) WHERE product_id = $1',
      [key],
    );
    await client.query(
      `UPDATE product SET name = 'Cotton ' || chr(65 + floor(random() * 26)::int) || slug, created_at = ${PAST} WHERE id = $1`,
      [key],
    );
  },
  remove: async (client: pg.Client, key: number) => {
    await client.query(`UPDATE product SET status = 'ARCHIVED' WHERE id = $1`, [key]);
  },
};

export const pagedLists: readonly PagedList[] = [
  {
    ...products,
    name: 'products',
    sorts: ['NEWEST', 'NAME_ASC', 'NAME_DESC', 'PRICE_ASC', 'PRICE_DESC'],
    field: 'products(PAGE, sort: SORT)',
    otherFilter: 'products(PAGE, sort: SORT, filter: { inStock: true })',
  },
  {
    ...products,
    name: 'search',
    sorts: ['RELEVANCE', 'NEWEST', 'NAME_ASC', 'NAME_DESC', 'PRICE_ASC', 'PRICE_DESC'],
    field: 'search(query: "cotton", PAGE, sort: SORT)',
    otherFilter: 'search(query: "wool", PAGE, sort: SORT)',
  },
  {
    name: 'orders',
    sorts: ['NEWEST', 'OLDEST', 'TOTAL_ASC', 'TOTAL_DESC'],
    subgraph: 'order',
    field: 'orders(PAGE, sort: SORT)',
    otherFilter: 'orders(PAGE, sort: SORT, filter: { status: [PAID, DELIVERED] })',
    insert: (client) =>
      keyBy(
        client,
        `INSERT INTO "order" (number, user_id, email, order_date, status, payment_status, fulfilment_status, currency, subtotal_amount, shipping_amount,
           discount_amount, tax_amount, total_amount, shipping_address)
         SELECT $1, NULL, email, order_date, status, payment_status, fulfilment_status, currency, subtotal_amount, shipping_amount,
           discount_amount, tax_amount, total_amount, shipping_address FROM "order" ORDER BY random() LIMIT 1 RETURNING id`,
        [randomUUID()],
      ),
    move: async (client, key) => {
      await client.query(
        `UPDATE "order" o SET order_date = ${PAST}, subtotal_amount = f.subtotal_amount, shipping_amount = f.shipping_amount, total_amount = f.total_amount
         FROM (SELECT * FROM "order" ORDER BY random() LIMIT 1) f WHERE o.id = $1`,
        [key],
      );
    },
    remove: async (client, key) => {
      await client.query('DELETE FROM "order" WHERE id = $1', [key]);
    },
  },
  {
    name: 'users',
    sorts: ['NEWEST', 'OLDEST', 'NAME', 'EMAIL'],
    subgraph: 'user',
    field: 'users(PAGE, sort: SORT)',
    otherFilter: 'users(PAGE, sort: SORT, role: CUSTOMER)',
    insert: (client) =>
      keyBy(
        client,
        `INSERT INTO "user" (email, name, created_at) SELECT chr(97 + floor(random() * 26)::int) || $1 || '@example.com', name, created_at
         FROM "user" ORDER BY random() LIMIT 1 RETURNING id`,
        [randomUUID()],
      ),
    move: async (client, key) => {
      await client.query(
        `UPDATE "user" u SET name = f.name, email = chr(97 + floor(random() * 26)::int) || $2 || '@example.com', created_at = ${PAST}
         FROM (SELECT name FROM "user" ORDER BY random() LIMIT 1) f WHERE u.id = $1`,
        [key, randomUUID()],
      );
    },
    remove: async (client, key) => {
      await client.query('DELETE FROM "user" WHERE id = $1', [key]);
    },
  },
];
