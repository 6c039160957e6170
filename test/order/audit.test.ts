import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { anchorChains, verifySnapshot, type AuditVerdict, type VerifyOptions } from '../../subgraphs/order/audit';
import { after, afterOf, ordered, ship, verify } from './support/after';
import { change, type OrderData } from './support/operations';
import { guest, openShop, staff, type Shop } from './support/shop';

let shop: Shop;
let database: DataSource;
beforeAll(async () => {
  shop = await openShop();
  database = await new DataSource({ type: 'postgres', url: shop.order.url }).initialize();
});
afterAll(async () => {
  await database.destroy();
  await shop.close();
});

const TRAIL = `query($id: ID!, $first: Int, $after: String) { order(id: $id) { auditTrail(first: $first, after: $after) { totalCount
  pageInfo { hasNextPage endCursor } nodes { sequence action actorKind actor { id } reason data hash } } } }`;

interface Trail {
  readonly order: {
    readonly auditTrail: {
      readonly totalCount: number;
      readonly pageInfo: { hasNextPage: boolean; endCursor: string };
      readonly nodes: readonly { sequence: number; action: string; actorKind: string; reason: string | null; hash: string }[];
    };
  };
}

describe('the audit trail', () => {
  test('tells staff who did what and why, page by page, and holds', async () => {
    const { orderId, viewer, items } = await ordered(shop, [2]);
    await ship(shop, orderId, [[items[0], 1]]);
    await change(shop, staff, 'cancelOrder', { orderId, reason: 'the rest is broken' });
    await after(shop, staff, 'addOrderNote', { orderId, text: 'internal' });
    const first = await shop.data<Trail>(TRAIL, { id: orderId, first: 3 }, staff);
    const { nodes, pageInfo, totalCount } = first.order.auditTrail;
    expect(nodes.map(({ action, actorKind }) => [action, actorKind])).toEqual([
      ['INTERNAL_NOTE_ADDED', 'STAFF'],
      ['PAYMENT_PARTIALLY_REFUNDED', 'SYSTEM'],
      ['REST_CANCELLED', 'STAFF'],
    ]);
    expect(nodes[2]?.reason).toBe('the rest is broken');
    const second = await shop.data<Trail>(TRAIL, { id: orderId, first: 10, after: pageInfo.endCursor }, staff);
    expect(second.order.auditTrail.nodes.map(({ action }) => action)).toEqual(['PARTIALLY_SHIPPED', 'PACKED', 'PAID', 'PLACED']);
    expect(totalCount).toBe(7);
    for (const stranger of [viewer, guest(null)]) {
      const { data, errors } = await shop.execute(TRAIL, { id: orderId, first: 1 }, stranger);
      expect(data?.['order'] === null || errors?.[0]?.extensions?.['code'] === 'FORBIDDEN').toBe(true);
    }
    expect(await verify(shop)).toMatchObject({ broken: null });
  });

  test('tells who changed what orders cost: discount codes, shipping rates and taxes', async () => {
    const discount = { code: 'AUDITED', kind: 'PERCENTAGE', percentage: 1_000, description: 'ten percent' };
    const created = await shop.data<{ createDiscountCode: { discountCode: { id: string } } }>(
      'mutation($input: CreateDiscountCodeInput!) { createDiscountCode(input: $input) { discountCode { id } errors { __typename } } }',
      { input: discount },
      staff,
    );
    const { id } = created.createDiscountCode.discountCode;
    await shop.data(
      'mutation($input: UpdateDiscountCodeInput!) { updateDiscountCode(input: $input) { errors { __typename } } }',
      { input: { discountCodeId: id, isActive: false } },
      staff,
    );
    await shop.data(
      'mutation($input: DeleteDiscountCodeInput!) { deleteDiscountCode(input: $input) { errors { __typename } } }',
      { input: { discountCodeId: id } },
      staff,
    );
    const entries = await shop.order.query<{ body: string }>(
      `SELECT body FROM audit_entry WHERE chain LIKE 'DiscountCode/%' ORDER BY sequence`,
    );
    expect(entries.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { action: 'CREATED', actor: { kind: 'STAFF', userId: 7 }, entity: { id }, data: { code: 'AUDITED' } },
      { action: 'CHANGED', data: { isActive: false } },
      { action: 'DELETED', data: { code: 'AUDITED' } },
    ]);
    expect(await verify(shop)).toMatchObject({ broken: null });
  });

  test('refuses updates, deletes and truncation in the database', async () => {
    await ordered(shop, [1]);
    for (const sql of [
      `UPDATE audit_entry SET body = '{}'`,
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
      'DELETE FROM audit_head',
      'DELETE FROM audit_anchor',
    ]) {
      if (sql.includes('anchor')) await anchorChains(database);
      await expect(shop.order.query(sql)).rejects.toThrow('append-only');
    }
  });
});

/** What somebody who may switch triggers off could do to the trail of an order. */
const TAMPERINGS: readonly [name: string, sql: (chain: string) => string[], why: string, undo?: string][] = [
  [
    'a changed row',
    (chain) => [`UPDATE audit_entry SET body = replace(body, 'PACKED', 'OTHER') WHERE chain = '${chain}' AND sequence = 3`],
    'was changed',
  ],
  [
    'a changed row with its own hash made new',
    (chain) => [rehashed(chain, 2, `replace(body, 'PAID', 'OTHER')`)],
    'does not follow',
  ],
  ['a deleted row', (chain) => [`DELETE FROM audit_entry WHERE chain = '${chain}' AND sequence = 2`], 'missing'],
  [
    'two rows in each other’s place',
    (chain) => [
      `UPDATE audit_entry SET sequence = CASE sequence WHEN 2 THEN 1003 ELSE 1002 END WHERE chain = '${chain}' AND sequence IN (2, 3)`,
      `UPDATE audit_entry SET sequence = sequence - 1000 WHERE chain = '${chain}' AND sequence > 1000`,
    ],
    'does not follow',
  ],
  ['a tail cut off', (chain) => [`DELETE FROM audit_entry WHERE chain = '${chain}' AND sequence >= 3`], 'missing'],
  [
    'a tail cut off, with the head put back and the log cleaned',
    (chain) => [
      `DELETE FROM audit_entry WHERE chain = '${chain}' AND sequence >= 3`,
      `UPDATE audit_head h SET sequence = 2, anchored = 2, hash = e.hash FROM audit_entry e WHERE h.chain = '${chain}' AND e.chain = h.chain AND e.sequence = 2`,
      `DELETE FROM order_event WHERE 'Order/' || order_id = '${chain}' AND audit_sequence >= 3`,
    ],
    'cut off',
  ],
  [
    'a whole chain taken away with its head',
    (chain) => [`DELETE FROM audit_entry WHERE chain = '${chain}'`, `DELETE FROM audit_head WHERE chain = '${chain}'`],
    'cut off',
  ],
  [
    'a chain taken away before it was anchored',
    (chain) => [
      'DELETE FROM audit_anchor',
      'UPDATE audit_head SET anchored = 0',
      `DELETE FROM audit_entry WHERE chain = '${chain}'`,
      `DELETE FROM audit_head WHERE chain = '${chain}'`,
    ],
    'the log of the order tells of it',
  ],
  [
    'a row of another chain',
    (chain) => [`UPDATE audit_entry SET chain = 'Order/999999' WHERE chain = '${chain}' AND sequence = 1`],
    'missing',
  ],
  [
    'a reason that was changed in the log',
    (chain) => [
      `UPDATE order_event SET data = data || '{"reason": "another"}' WHERE 'Order/' || order_id = '${chain}' AND data ? 'reason'`,
    ],
    'its reason',
  ],
  [
    'a reason that was taken out of the log of somebody who was not erased',
    (chain) => [`UPDATE order_event SET data = data - 'reason' WHERE 'Order/' || order_id = '${chain}'`],
    'its reason',
  ],
  ['a changed anchor', () => [`UPDATE audit_anchor SET body = body || ' '`], 'was changed'],
  ['anchors that are gone', () => ['DELETE FROM audit_anchor'], 'no anchor names it'],
];

describe('tampering', () => {
  test.each(TAMPERINGS)('%s is found', async (_name, sql, why) => {
    const { order, orderId } = await ordered(shop, [1]);
    await change(shop, staff, 'cancelOrder', { orderId, reason: 'the wrong lamp' });
    await ordered(shop, [1]);
    await anchorChains(database);
    const chain = await chainOf(order);
    expect(await verify(shop)).toMatchObject({ broken: null });
    const verdict = await withTampering(sql(chain));
    expect(verdict.broken?.why).toContain(why);
  });

  test('of the last anchor is found by who kept its hash', async () => {
    await ordered(shop, [1]);
    const kept = await anchorChains(database);
    if (!kept) throw new Error('nothing was anchored');
    expect(await verify(shop, { knownAnchor: kept })).toMatchObject({ broken: null, lastAnchor: kept });
    expect((await verify(shop, { knownAnchor: { ...kept, hash: '0'.repeat(64) } })).broken?.where).toBe(
      `anchor ${kept.sequence}`,
    );
    const later = { ...kept, sequence: kept.sequence + 1 };
    expect((await verify(shop, { knownAnchor: later })).broken?.where).toBe(`anchor ${later.sequence}`);
  });

  test('of one order is found by asking for that order, and not by asking for another', async () => {
    const { order } = await ordered(shop, [1]);
    const other = await ordered(shop, [1]);
    const chain = await chainOf(order);
    const sql = [`UPDATE audit_entry SET body = body || ' ' WHERE chain = '${chain}' AND sequence = 1`];
    expect((await withTampering(sql, { chain })).broken?.where).toBe(`${chain}, entry 1`);
    expect((await withTampering(sql, { chain: await chainOf(other.order) })).broken).toBeNull();
  });
});

test('anchors cover each chain once it grew, and nothing when nothing did', async () => {
  const { orderId } = await ordered(shop, [1]);
  await anchorChains(database);
  expect(await anchorChains(database)).toBeNull();
  await after(shop, staff, 'addOrderNote', { orderId, text: 'more' });
  expect(await anchorChains(database)).not.toBeNull();
  await afterOf(shop, staff, orderId);
  expect(await verify(shop)).toMatchObject({ broken: null });
});

function rehashed(chain: string, sequence: number, body: string): string {
  return `UPDATE audit_entry SET body = ${body}, hash = sha256(convert_to(concat_ws(E'\\n', encode(previous_hash, 'hex'), chain, sequence, ${body}), 'UTF8'))
    WHERE chain = '${chain}' AND sequence = ${sequence}`;
}

async function chainOf(order: OrderData): Promise<string> {
  const [row] = await shop.order.query<{ id: number }>('SELECT id FROM "order" WHERE number = $1', [order.number]);
  return `Order/${row?.id}`;
}

/** Tampers and verifies inside a transaction that is undone, so that one test's damage is no other's. */
async function withTampering(statements: readonly string[], options: VerifyOptions = {}): Promise<AuditVerdict> {
  const client = new Client({ connectionString: shop.order.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
    return await verifySnapshot(client, options);
  } finally {
    await client.end();
  }
}
