import { randomUUID } from 'node:crypto';
import { service } from '../../platform/auth';
import { runJobNow } from '../support/jobs';
import { READ_THEN_WRITE } from '../support/read-then-write';
import { customer, openCatalogue, randomFrom, staff, type Catalogue } from './support/catalogue';

let shop: Catalogue;
beforeAll(async () => {
  shop = await openCatalogue();
});
afterAll(() => shop.close());

interface Line {
  readonly variantId: string;
  readonly quantity: number;
}
interface Reserved {
  readonly isReserved: boolean;
  readonly expiresAt: string | null;
  readonly shortages: readonly { readonly variantId: string; readonly available: number }[];
}

const reserve = async (
  lines: readonly Line[],
  reservationId: string = randomUUID(),
  expiresInSeconds = 60,
): Promise<Reserved> => {
  const query =
    'mutation ($input: ReserveStockInput!) { reserveStock(input: $input) { isReserved expiresAt shortages { variantId available } } }';
  return (await shop.internal<{ reserveStock: Reserved }>(query, { input: { reservationId, lines, expiresInSeconds } }))
    .reserveStock;
};
const claim = async (id: string): Promise<boolean> =>
  (
    await shop.internal<{ claimStock: { isClaimed: boolean } }>(
      'mutation ($id: String!) { claimStock(reservationId: $id) { isClaimed } }',
      { id },
    )
  ).claimStock.isClaimed;
const release = async (id: string): Promise<boolean> => {
  const query = 'mutation ($id: String!) { releaseStock(reservationId: $id, reason: "test") { isReleased } }';
  return (await shop.internal<{ releaseStock: { isReleased: boolean } }>(query, { id })).releaseStock.isReleased;
};
const restock = (reference: string, lines: readonly Line[]): Promise<unknown> =>
  shop.internal('mutation ($input: RestockInput!) { restock(input: $input) { isRestocked } }', {
    input: { reference, reason: 'returned', lines },
  });

const variantOf = async (stockOnHand: number, more: object = {}): Promise<string> => {
  const product = await shop.addProduct({ variants: [{ stockOnHand, ...more }] });
  return product.variants[0]?.id ?? '';
};
const stockOf = async (id: string): Promise<{ onHand: number; reserved: number; available: number }> => {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ProductVariant { stockQuantity stock { onHand reserved } product { stockQuantity } } } }`;
  type Answer = {
    _entities: [{ stockQuantity: number; stock: { onHand: number; reserved: number }; product: { stockQuantity: number } }];
  };
  const [variant] = (await shop.data<Answer>(query, { r: [{ __typename: 'ProductVariant', id }] }, staff))._entities;
  expect(variant.product.stockQuantity).toBe(variant.stockQuantity);
  return { ...variant.stock, available: variant.stockQuantity };
};

test('a reservation holds all lines or none and says what is short', async () => {
  const [plenty, scarce] = [await variantOf(10), await variantOf(1)];
  const refused = await reserve([
    { variantId: plenty, quantity: 3 },
    { variantId: scarce, quantity: 2 },
  ]);
  expect(refused).toEqual({ isReserved: false, expiresAt: null, shortages: [{ variantId: scarce, available: 1 }] });
  expect(await stockOf(plenty)).toEqual({ onHand: 10, reserved: 0, available: 10 });
  expect(
    (
      await reserve([
        { variantId: plenty, quantity: 3 },
        { variantId: scarce, quantity: 1 },
      ])
    ).isReserved,
  ).toBe(true);
  expect(await stockOf(plenty)).toEqual({ onHand: 10, reserved: 3, available: 7 });
});

test('every step may be repeated and then answers the same', async () => {
  const variantId = await variantOf(5);
  const id = randomUUID();
  const first = await reserve([{ variantId, quantity: 2 }], id);
  expect(await reserve([{ variantId, quantity: 2 }], id)).toEqual(first);
  const others = { reservationId: id, lines: [{ variantId, quantity: 3 }], expiresInSeconds: 60 };
  expect(
    await shop.codeOf('mutation ($i: ReserveStockInput!) { reserveStock(input: $i) { isReserved } }', { i: others }, service),
  ).toBe('CONFLICT');
  expect([await claim(id), await claim(id)]).toEqual([true, true]);
  expect(await stockOf(variantId)).toEqual({ onHand: 3, reserved: 0, available: 3 });
  expect(await release(id)).toBe(false);
  await restock(`return-${id}`, [{ variantId, quantity: 2 }]);
  await restock(`return-${id}`, [{ variantId, quantity: 2 }]);
  expect(await stockOf(variantId)).toEqual({ onHand: 5, reserved: 0, available: 5 });
});

test('a release that overtakes its reservation wins', async () => {
  const variantId = await variantOf(5);
  const id = randomUUID();
  expect(await release(id)).toBe(true);
  expect((await reserve([{ variantId, quantity: 1 }], id)).isReserved).toBe(false);
  expect(await stockOf(variantId)).toEqual({ onHand: 5, reserved: 0, available: 5 });
  expect(await claim(id)).toBe(false);
});

test('an expired reservation frees its stock, and a late claim succeeds only while the stock is still there', async () => {
  const variantId = await variantOf(2);
  const [early, late] = [randomUUID(), randomUUID()];
  await reserve([{ variantId, quantity: 2 }], early);
  await reserve([{ variantId: await variantOf(1), quantity: 1 }], late);
  await shop.database.query(`UPDATE stock_reservation SET expires_at = now() - interval '1 second'`);
  const work = await shop.module.startWork();
  await untilStatus('EXPIRED', [early, late]);
  await work.stop();
  expect(await stockOf(variantId)).toEqual({ onHand: 2, reserved: 0, available: 2 });
  expect(await claim(late)).toBe(true);
  await reserve([{ variantId, quantity: 1 }]);
  expect(await claim(early)).toBe(false);
  expect(await stockOf(variantId)).toEqual({ onHand: 2, reserved: 1, available: 1 });
});

test('untracked and backorder variants can always be reserved', async () => {
  const variants = [await variantOf(0, { isTracked: false }), await variantOf(0, { allowBackorder: true })];
  expect((await reserve(variants.map((variantId) => ({ variantId, quantity: 7 })))).isReserved).toBe(true);
  const query = 'query ($ids: [ID!]!) { variantsForSale(ids: $ids) { isSellable available } }';
  const { variantsForSale } = await shop.internal<{ variantsForSale: unknown[] }>(query, {
    ids: [...variants, 'var_000000000', 'nonsense'],
  });
  expect(variantsForSale).toEqual([
    { isSellable: true, available: 1_000_000 },
    { isSellable: true, available: 1_000_000 },
    null,
    null,
  ]);
});

test('drafts, archived and unknown variants are not sold', async () => {
  const draft = await shop.addProduct({ status: 'DRAFT', variants: [{ stockOnHand: 5 }] });
  const variantId = draft.variants[0]?.id ?? '';
  expect(await reserve([{ variantId, quantity: 1 }])).toMatchObject({
    isReserved: false,
    shortages: [{ variantId, available: 0 }],
  });
});

test('50 buyers at once on 10 units: 10 get one; the control, which reads first and writes then, oversells', async () => {
  const rush = async (): Promise<number> => {
    const variantId = await variantOf(10);
    const answers = await Promise.all(Array.from({ length: 50 }, () => reserve([{ variantId, quantity: 1 }])));
    return answers.filter(({ isReserved }) => isReserved).length;
  };
  expect(await rush()).toBe(10);
  const broken = await openCatalogue();
  try {
    await broken.database.query(READ_THEN_WRITE);
    const product = await broken.addProduct({ variants: [{ stockOnHand: 10 }] });
    const input = (): object => ({
      reservationId: randomUUID(),
      expiresInSeconds: 60,
      lines: [{ variantId: product.variants[0]?.id, quantity: 1 }],
    });
    const query = 'mutation ($input: ReserveStockInput!) { reserveStock(input: $input) { isReserved } }';
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => broken.internal<{ reserveStock: Reserved }>(query, { input: input() })),
    );
    expect(answers.filter(({ reserveStock }) => reserveStock.isReserved).length).toBeGreaterThan(10);
  } finally {
    await broken.close();
  }
}, 60_000);

test('crosswise reservations, claims, releases and edits never deadlock, and the ledger always sums up to the stock', async () => {
  const product = await shop.addProduct({
    options: ['Size'],
    variants: ['S', 'M', 'L'].map((size) => ({ optionValues: [size], stockOnHand: 100 })),
  });
  const other = await shop.addProduct({ variants: [{ stockOnHand: 100 }] });
  const variants = [...product.variants, ...other.variants].map(({ id }) => id);
  const random = randomFrom(7);
  const step = async (): Promise<void> => {
    const id = randomUUID();
    const lines = variants
      .filter(() => random() < 0.6)
      .map((variantId) => ({ variantId, quantity: 1 + Math.floor(random() * 3) }));
    const dice = random();
    if (lines.length === 0) return;
    await reserve(
      lines.toSorted(() => random() - 0.5),
      id,
    );
    if (dice < 0.5) await claim(id);
    else if (dice < 0.8) await release(id);
    if (dice < 0.2) await restock(`return-${id}`, lines);
    const updates = { input: { productId: product.id, vendor: `Vendor ${Math.floor(random() * 5)}` } };
    if (dice > 0.7)
      await shop.data(
        'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { errors { __typename } } }',
        updates,
        staff,
      );
    if (dice > 0.9) await shop.data(ADJUST, { input: { variantId: lines[0]?.variantId, delta: 1, reason: 'found' } }, staff);
  };
  for (let round = 0; round < 6; round += 1) await Promise.all(Array.from({ length: 20 }, step));
  const sums = await shop.database.query(`
    SELECT v.id FROM product_variant v
    WHERE v.stock_on_hand <> (SELECT coalesce(sum(quantity), 0) FROM stock_movement WHERE variant_id = v.id)
       OR v.stock_reserved <> (SELECT coalesce(sum(l.quantity), 0) FROM stock_reservation_line l JOIN stock_reservation r ON r.id = l.reservation_id
                               WHERE l.variant_id = v.id AND r.status = 'HELD')`);
  expect(sums).toEqual([]);
}, 60_000);

test('reservations that ended are forgotten after 90 days, and the ledger still knows what was sold', async () => {
  const variantId = await variantOf(5);
  const [sold, givenBack] = [randomUUID(), randomUUID()];
  for (const id of [sold, givenBack]) await reserve([{ variantId, quantity: 1 }], id);
  expect([await claim(sold), await release(givenBack)]).toEqual([true, true]);
  const aged = [[sold, givenBack]];
  await shop.database.query(`UPDATE stock_reservation SET updated_at = now() - interval '91 days' WHERE id = ANY ($1)`, aged);
  const work = await shop.module.startWork();
  try {
    await runJobNow(shop.database, 'stock.forget-reservations');
    const known = () => shop.database.query<{ id: string }>('SELECT id FROM stock_reservation WHERE id = ANY ($1)', aged);
    while ((await known()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect([await release(sold), await claim(sold), await release(sold)]).toEqual([false, true, false]);
    expect(await release(givenBack)).toBe(true);
    expect(await stockOf(variantId)).toMatchObject({ onHand: 4, reserved: 0 });
  } finally {
    await work.stop();
  }
});

test('staff adjust stock with a reason; what buyers hold cannot be taken away, and a stale count changes nothing', async () => {
  const variantId = await variantOf(5);
  const adjust = (input: object): Promise<unknown> =>
    shop.data(ADJUST, { input: { variantId, reason: 'counted', ...input } }, staff).then(({ adjustStock }) => adjustStock);
  await reserve([{ variantId, quantity: 3 }]);
  expect(await adjust({ quantity: 2 })).toEqual({ variant: null, errors: [{ __typename: 'StockBelowReserved', reserved: 3 }] });
  expect(await adjust({ quantity: 9, expectedQuantity: 4 })).toEqual({
    variant: null,
    errors: [{ __typename: 'StockMismatch', onHand: 5 }],
  });
  expect(await adjust({ quantity: 9, expectedQuantity: 5 })).toMatchObject({
    variant: {
      stock: { onHand: 9 },
      stockMovements: {
        totalCount: 2,
        nodes: [
          { quantity: 4, kind: 'ADJUSTMENT', reason: 'counted' },
          { quantity: 5, kind: 'INITIAL' },
        ],
      },
    },
    errors: [],
  });
  expect(await shop.codeOf(ADJUST, { input: { variantId, delta: 1, quantity: 1, reason: 'both' } }, staff)).toBe(
    'BAD_USER_INPUT',
  );
  expect(await shop.codeOf(ADJUST, { input: { variantId, delta: 1, reason: '' } }, staff)).toBe('BAD_USER_INPUT');
});

test('an adjustment that is sent again under its key is made once, also at the same time', async () => {
  const variantId = await variantOf(5);
  const input = { variantId, delta: 2, reason: 'counted', idempotencyKey: `adjust-${variantId}` };
  const adjust = (more: object): Promise<unknown> =>
    shop.data(ADJUST, { input: { ...input, ...more } }, staff).then(({ adjustStock }) => adjustStock);
  for (const answer of await Promise.all([1, 2, 3].map(() => adjust({})))) {
    expect(answer).toMatchObject({ errors: [], variant: { stock: { onHand: 7 } } });
  }
  expect(await adjust({})).toMatchObject({ errors: [], variant: { stock: { onHand: 7 } } });
  expect(await adjust({ delta: 3 })).toEqual({ variant: null, errors: [{ __typename: 'IdempotencyKeyReused' }] });
  const refused = { delta: -99, idempotencyKey: `refused-${variantId}`, isReceipt: false };
  await reserve([{ variantId, quantity: 1 }]);
  expect(await adjust(refused)).toMatchObject({ variant: null });
  await adjust({ delta: 100, idempotencyKey: `more-${variantId}` });
  expect(await adjust(refused)).toMatchObject({ errors: [], variant: { stock: { onHand: 8 } } });
});

test('each movement of stock is told as an event that names product and variant', async () => {
  const product = await shop.addProduct({ variants: [{ stockOnHand: 5 }] });
  const variantId = product.variants[0]?.id ?? '';
  await reserve([{ variantId, quantity: 2 }]);
  const events = await shop.database.query(`SELECT type, touches, data FROM outbox WHERE key = $1 ORDER BY id DESC LIMIT 1`, [
    product.id,
  ]);
  expect(events).toEqual([
    {
      type: 'stock.changed',
      touches: [
        { type: 'Product', id: product.id },
        { type: 'ProductVariant', id: variantId },
      ],
      data: { productId: product.id, cause: 'RESERVED', variants: [{ variantId, available: 3, isSellable: true }] },
    },
  ]);
});

test('what the order subgraph asks is refused to everybody else, and staff alone see the ledger', async () => {
  const internals = [
    'query { variantsForSale(ids: []) { sku } }',
    'mutation { claimStock(reservationId: "x") { isClaimed } }',
    'mutation { releaseStock(reservationId: "x", reason: "") { isReleased } }',
    'mutation { reserveStock(input: { reservationId: "x", lines: [], expiresInSeconds: 1 }) { isReserved } }',
    'mutation { restock(input: { reference: "x", reason: "", lines: [] }) { isRestocked } }',
  ];
  for (const query of internals)
    for (const viewer of [undefined, customer, staff]) expect(await shop.codeOf(query, {}, viewer)).toBe('NOT_FOUND');
  const { slug } = await shop.addProduct({ variants: [{ stockOnHand: 5 }] });
  const ledger = `query ($slug: String!) { productBySlug(slug: $slug) { variants { stock { onHand } stockMovements(first: 1) { totalCount } } } }`;
  expect(await shop.codeOf(ledger, { slug })).toBe('UNAUTHENTICATED');
  expect(await shop.codeOf(ledger, { slug }, customer)).toBe('FORBIDDEN');
  expect(await shop.codeOf(ledger, { slug }, staff)).toBeNull();
});

async function untilStatus(status: string, ids: readonly string[]): Promise<void> {
  for (;;) {
    const rows = await shop.database.query('SELECT 1 FROM stock_reservation WHERE id = ANY ($1) AND status = $2', [ids, status]);
    if (rows.length === ids.length) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ADJUST = `mutation ($input: AdjustStockInput!) {
  adjustStock(input: $input) {
    variant { stock { onHand } stockMovements(first: 5) { totalCount nodes { quantity kind reason } } }
    errors { __typename ... on StockBelowReserved { reserved } ... on StockMismatch { onHand } }
  }
}`;
