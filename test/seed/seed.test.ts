import { isShopEmpty, SEED_DEFAULTS, seedShop, DEMO_ACCOUNTS } from '../../cli/seed';
import { readCatalogue } from '../../cli/seed/catalogue';
import { TRANSITIONS } from '../../subgraphs/order/order/order.transitions';
import { createDatabase, type TestDatabase } from '../support/database';

type Databases = Readonly<Record<'user' | 'product' | 'order', TestDatabase>>;

const ENDS_AT = new Date('2026-06-15T00:00:00Z');
const COUNTS = { products: 300, orders: 1_500, customers: 50 };

async function emptyDatabases(): Promise<Databases> {
  const [user, product, order] = await Promise.all([createDatabase('user'), createDatabase('product'), createDatabase('order')]);
  return { user, product, order } as Databases;
}

const urlsOf = ({ user, product, order }: Databases) => ({ user: user.url, product: product.url, order: order.url });

describe('the seeded shop', () => {
  let shop: Databases;

  beforeAll(async () => {
    shop = await emptyDatabases();
    await seedShop(urlsOf(shop), { ...COUNTS, endsAt: ENDS_AT });
  }, 60_000);

  const count = async (database: keyof Databases, sql: string): Promise<number> => {
    const [row] = await shop[database].query<{ count: number }>(`SELECT count(*)::int AS count FROM ${sql}`);
    return row?.count ?? -1;
  };

  it('has what was asked for', async () => {
    expect(await count('product', 'product')).toBe(COUNTS.products);
    expect(await count('order', '"order"')).toBe(COUNTS.orders);
    expect(await count('user', '"user"')).toBe(COUNTS.customers + DEMO_ACCOUNTS.length);
    expect(await count('product', 'category')).toBeGreaterThan(40);
    expect(
      await count('product', 'category WHERE parent_id IS NOT NULL AND path[1] = parent_id OR cardinality(path) > 2'),
    ).toBeGreaterThan(40);
  });

  it('derives the columns of products as the database itself would', async () => {
    const columns = 'price, max_price, compare_at_price, stock_quantity, is_available';
    const before = await shop.product.query(`SELECT id, ${columns} FROM product ORDER BY id`);
    await shop.product.query('SELECT refresh_products(ARRAY(SELECT id FROM product))');
    expect(await shop.product.query(`SELECT id, ${columns} FROM product ORDER BY id`)).toEqual(before);
  });

  it('keeps the ledger equal to the stock on hand, and never below nothing on the way', async () => {
    expect(
      await count(
        'product',
        `(SELECT v.id FROM product_variant v LEFT JOIN stock_movement m ON m.variant_id = v.id
        GROUP BY v.id HAVING v.stock_on_hand <> coalesce(sum(m.quantity), 0)) wrong`,
      ),
    ).toBe(0);
    expect(
      await count(
        'product',
        `(SELECT sum(quantity) OVER (PARTITION BY variant_id ORDER BY created_at, id) AS level FROM stock_movement) l WHERE level < 0`,
      ),
    ).toBe(0);
  });

  it('keeps every foreign key, although the load rests their triggers', async () => {
    for (const [database, table, column, target] of [
      ['product', 'product_variant', 'product_id', 'product'],
      ['product', 'product_variant', 'image_id', 'product_image'],
      ['product', 'product_image', 'product_id', 'product'],
      ['product', 'product_category', 'product_id', 'product'],
      ['product', 'product_category', 'category_id', 'category'],
      ['order', 'order_item', 'order_id', '"order"'],
      ['order', 'order_event', 'order_id', '"order"'],
      ['order', 'payment', 'order_id', '"order"'],
      ['order', 'shipment', 'order_id', '"order"'],
      ['order', 'shipment_line', 'shipment_id', 'shipment'],
      ['order', 'shipment_line', 'order_item_id', 'order_item'],
      ['user', 'address', 'user_id', '"user"'],
    ] as const) {
      const orphans = `${table} t WHERE t.${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${target} x WHERE x.id = t.${column})`;
      expect([table, column, await count(database, orphans)]).toEqual([table, column, 0]);
    }
  });

  it('leaves every index of the tables in place', async () => {
    const fresh = await emptyDatabases();
    const indexes = 'SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname';
    for (const name of ['product', 'order'] as const) {
      expect(await shop[name].query(indexes)).toEqual(await fresh[name].query(indexes));
    }
  });

  it('sells what exists, under the name and at a price that it has, to people who exist', async () => {
    const items = await shop.order.query<{ variant_id: number; product_id: number; name: string; sku: string; price: string }>(
      'SELECT DISTINCT variant_id, product_id, name, sku, price FROM order_item ORDER BY variant_id',
    );
    const sold = await shop.product.query<{ variant_id: number; product_id: number; name: string; sku: string; price: string }>(
      `SELECT v.id AS variant_id, v.product_id, p.name, v.sku, v.price FROM product_variant v JOIN product p ON p.id = v.product_id
       WHERE v.id = ANY($1) ORDER BY v.id`,
      [items.map((item) => item.variant_id)],
    );
    expect(items).toEqual(sold);
    const buyers = await shop.order.query<{ user_id: number }>('SELECT DISTINCT user_id FROM "order" WHERE user_id IS NOT NULL');
    const known = await shop.user.query('SELECT id FROM "user" WHERE id = ANY($1)', [buyers.map((buyer) => buyer.user_id)]);
    expect(known).toHaveLength(buyers.length);
  });

  it('adds up: items, shipping and tax make the total, and the payment follows the order', async () => {
    expect(
      await count(
        'order',
        `(SELECT o.id FROM "order" o JOIN order_item i ON i.order_id = o.id GROUP BY o.id
        HAVING o.subtotal_amount <> sum(i.price * i.quantity)
            OR o.tax_amount <> sum(i.tax_amount) + o.shipping_tax_amount
            OR (o.tax_amount = 0 AND o.shipping_address->>'countryCode' IN ('NL', 'DE', 'FR'))
            OR o.total_amount <> o.subtotal_amount + o.shipping_amount - o.discount_amount
              + CASE WHEN o.prices_include_tax THEN 0 ELSE o.tax_amount END) wrong`,
      ),
    ).toBe(0);
    expect(await count('order', '"order" o WHERE NOT EXISTS (SELECT 1 FROM order_item i WHERE i.order_id = o.id)')).toBe(0);
    expect(
      await count(
        'order',
        `"order" o JOIN payment p ON p.order_id = o.id WHERE p.amount <> o.total_amount OR p.reference <> o.placed_key OR
        (o.payment_status, p.status) NOT IN (('AUTHORIZED', 'AUTHORIZED'), ('PAID', 'CAPTURED'), ('REFUNDED', 'REFUNDED'), ('VOIDED', 'VOIDED'))
        OR p.captured_amount <> CASE WHEN p.status IN ('CAPTURED', 'REFUNDED') THEN p.amount ELSE 0 END`,
      ),
    ).toBe(0);
  });

  it('has every status, each reached step by step through the table of transitions', async () => {
    const statuses = await shop.order.query<{ status: string }>('SELECT DISTINCT status FROM "order" ORDER BY status');
    expect(statuses.map(({ status }) => status)).toEqual([
      'CANCELLED',
      'DELIVERED',
      'PACKED',
      'PAID',
      'PLACED',
      'REFUNDED',
      'SHIPPED',
    ]);
    const logs = await shop.order.query<{
      status: string;
      version: number;
      log: { sequence: number; from: string | null; to: string; at: string }[];
    }>(
      `SELECT o.status, o.version, jsonb_agg(jsonb_build_object('sequence', e.sequence, 'from', e.data->'from', 'to', e.data->'to', 'at', e.at) ORDER BY e.sequence) AS log
       FROM "order" o JOIN order_event e ON e.order_id = o.id GROUP BY o.id`,
    );
    expect(logs).toHaveLength(COUNTS.orders);
    for (const { status, version, log } of logs) {
      expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, at) => at + 1));
      expect([log[0]?.from, log[0]?.to, log.at(-1)?.to, version]).toEqual([null, 'PLACED', status, log.length]);
      for (const [at, event] of log.slice(1).entries()) {
        expect(event.from).toBe(log[at]?.to);
        expect(Date.parse(event.at)).toBeGreaterThan(Date.parse(log[at]?.at ?? ''));
        if (event.from !== event.to) expect(TRANSITIONS[event.from as keyof typeof TRANSITIONS]).toContain(event.to);
      }
    }
  });

  it('looks like a year of a growing shop with favourites', async () => {
    const [span] = await shop.order.query<{ first: Date; last: Date }>(
      'SELECT min(order_date) AS first, max(order_date) AS last FROM "order"',
    );
    expect(span?.last.getTime()).toBeLessThan(ENDS_AT.getTime());
    expect(span?.first.getTime()).toBeGreaterThanOrEqual(ENDS_AT.getTime() - 365 * 86_400_000);
    const [share] = await shop.order.query<{ share: number }>(
      `SELECT sum(units) FILTER (WHERE place <= ${COUNTS.products / 10})::float / sum(units) AS share FROM (
         SELECT sum(quantity) AS units, row_number() OVER (ORDER BY sum(quantity) DESC) AS place FROM order_item GROUP BY product_id) ranked`,
    );
    expect(share?.share).toBeGreaterThan(0.35);
  });

  it('goes on counting behind the keys that it gave', async () => {
    const [product] = await shop.product.query<{ id: number }>(
      `INSERT INTO product (slug, name, currency) VALUES ('another', 'Another', 'EUR') RETURNING id`,
    );
    expect(product?.id).toBe(COUNTS.products + 1);
    await shop.product.query(`INSERT INTO product_variant (product_id, title, price) VALUES ($1, 'Default', 5)`, [product?.id]);
    const [after] = await shop.product.query('SELECT price FROM product WHERE id = $1', [product?.id]);
    expect(after).toEqual({ price: '5.00' });
    await shop.product.query('DELETE FROM product WHERE id = $1', [product?.id]);
  });
});

describe('seeding', () => {
  it('makes the same shop for the same numbers', async () => {
    const [one, other] = [await emptyDatabases(), await emptyDatabases()];
    const options = { products: 60, orders: 200, customers: 10, endsAt: ENDS_AT };
    await seedShop(urlsOf(one), options);
    await seedShop(urlsOf(other), options);
    const digest = (sql: string) => `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM (${sql}) t`;
    for (const [database, sql] of [
      ['product', 'SELECT * FROM product'],
      ['product', 'SELECT * FROM product_variant'],
      ['product', 'SELECT * FROM stock_movement'],
      ['order', 'SELECT * FROM "order"'],
      ['order', 'SELECT * FROM order_event'],
      ['user', 'SELECT id, email, name, roles, created_at FROM "user"'],
    ] as const) {
      expect(await one[database].query(digest(sql))).toEqual(await other[database].query(digest(sql)));
    }
  });

  it('knows an empty shop, and leaves it empty when it fails', async () => {
    const databases = await emptyDatabases();
    const urls = urlsOf(databases);
    expect(await isShopEmpty(urls)).toBe(true);
    await databases.product.query(`ALTER TABLE stock_movement ADD CONSTRAINT sabotage CHECK (kind <> 'SALE')`);
    await expect(seedShop(urls, { products: 30, orders: 20, customers: 3 })).rejects.toThrow(/sabotage/);
    expect(await isShopEmpty(urls)).toBe(true);
    await databases.product.query('ALTER TABLE stock_movement DROP CONSTRAINT sabotage');
    await seedShop(urls, { products: 30, orders: 20, customers: 3 });
    expect(await isShopEmpty(urls)).toBe(false);
  });

  it('has a catalogue of its own with more than a hundred hand-written products', async () => {
    const catalogue = await readCatalogue();
    expect(catalogue.length).toBeGreaterThan(100);
    expect(new Set(catalogue.map(({ head }) => head.categoryPath.join('>'))).size).toBeGreaterThan(40);
    expect(SEED_DEFAULTS).toEqual({ products: 1_000, orders: 3_000, customers: 200 });
  });
});
