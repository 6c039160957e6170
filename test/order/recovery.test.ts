import { AppError } from '../../platform/errors';
import type { Viewer } from '../../platform/auth';
import { add, place } from './support/operations';
import { hurry } from '../support/jobs';
import { newCustomer, newKey, openShop, type Shop, type ShopVariant } from './support/shop';

let shop: Shop;
let viewer: Viewer;
let variant: ShopVariant;

beforeEach(async () => {
  shop = await openShop();
  viewer = newCustomer();
  variant = await shop.addVariant({ stock: 5 });
  await add(shop, viewer, variant.id, 2);
});
afterEach(() => shop.close());

describe('a payment is never taken without an order', () => {
  test("when the provider's answer is lost, the hold is let go and the same key may be tried again", async () => {
    await expect(place(shop, viewer, newKey(), { paymentToken: 'tok_lost' })).rejects.toThrow('UPSTREAM_UNAVAILABLE');
    expect(await chargesAndStock()).toEqual({ charges: ['canceled'], reserved: 0, onHand: 5, orders: 0 });
    const { order } = await place(shop, viewer, newKey());
    expect(order?.status).toBe('PAID');
  });

  test('a crash after the money was held: the worker makes the order that the customer wanted', async () => {
    const key = newKey();
    await crashDuring(`BEFORE INSERT ON "order"`, () => place(shop, viewer, key));
    expect(await chargesAndStock()).toEqual({ charges: ['requires_capture'], reserved: 2, onHand: 5, orders: 0 });
    await whileWorking(async () => {
      await until(async () => (await chargesAndStock()).charges[0] === 'succeeded');
    });
    expect(await chargesAndStock()).toEqual({ charges: ['succeeded'], reserved: 0, onHand: 3, orders: 1 });
    const replay = await place(shop, viewer, key);
    expect(replay).toMatchObject({ replayed: true, order: { status: 'PAID' } });
  });

  test('a crash after the money was held, then a retry before the worker came: the retry finishes it', async () => {
    const key = newKey();
    await crashDuring(`BEFORE INSERT ON "order"`, () => place(shop, viewer, key));
    await letLeasesRunOut();
    expect((await place(shop, viewer, key)).order).toMatchObject({ status: 'PAID' });
    expect((await chargesAndStock()).orders).toBe(1);
  });

  test('a crash before the money was held: the worker gives the stock back, and the key begins anew', async () => {
    const key = newKey();
    await crashDuring('BEFORE INSERT ON payment', () => place(shop, viewer, key));
    expect((await chargesAndStock()).reserved).toBe(2);
    await whileWorking(async () => {
      await until(async () => (await chargesAndStock()).reserved === 0);
      await until(async () => (await shop.order.query('SELECT 1 FROM idempotency_key')).length === 0);
    });
    expect((await chargesAndStock()).orders).toBe(0);
    expect((await place(shop, viewer, key)).order).toMatchObject({ status: 'PAID' });
  });
});

describe('a request whose holder was too slow', () => {
  test('is not forgotten by that holder: who took it over answers, and the key keeps that answer', async () => {
    const key = newKey();
    const isPlacing = Promise.withResolvers<void>();
    const hasFailed = Promise.withResolvers<void>();
    const placedAgain: ReturnType<typeof place>[] = [];
    shop.faults.before = async ({ query }) => {
      if (query.includes('variantsForSale') && placedAgain.length === 0) {
        await letLeasesRunOut();
        placedAgain.push(place(shop, viewer, key));
        await isPlacing.promise;
        throw new AppError('UPSTREAM_UNAVAILABLE', 'away');
      }
      if (!query.includes('reserveStock')) return;
      isPlacing.resolve();
      await hasFailed.promise;
    };
    await expect(place(shop, viewer, key)).rejects.toThrow('UPSTREAM_UNAVAILABLE');
    hasFailed.resolve();
    const [answer] = await Promise.all(placedAgain);
    expect(answer).toMatchObject({ replayed: false, order: { status: 'PAID' } });
    const { order } = (answer ?? {}) as Awaited<ReturnType<typeof place>>;
    expect(await place(shop, viewer, key)).toMatchObject({ replayed: true, order: { id: order?.id } });
  });

  test('gets no order from the worker once it was answered', async () => {
    await crashDuring(`BEFORE INSERT ON "order"`, () => place(shop, viewer, newKey()));
    await shop.order.query(`UPDATE idempotency_key SET status = 'DONE', response = '{"failures":[]}'`);
    await whileWorking(async () => {
      await until(async () => (await chargesAndStock()).reserved === 0);
    });
    expect(await chargesAndStock()).toEqual({ charges: ['canceled'], reserved: 0, onHand: 5, orders: 0 });
  });
});

describe('what an order owes', () => {
  test('with stock away after the order was made, the order stands and the worker takes stock and money later', async () => {
    shop.faults.before = (request) => {
      if (request.query.includes('claimStock')) throw new AppError('UPSTREAM_UNAVAILABLE', 'away');
    };
    const { order } = await place(shop, viewer, newKey());
    expect(order).toMatchObject({ status: 'PLACED', paymentStatus: 'AUTHORIZED' });
    shop.faults.before = null;
    await whileWorking(async () => {
      await until(async () => (await chargesAndStock()).charges[0] === 'succeeded');
    });
    expect(await chargesAndStock()).toEqual({ charges: ['succeeded'], reserved: 0, onHand: 3, orders: 1 });
  });

  test('a claim whose answer was lost is made once', async () => {
    shop.faults.after = (request) => {
      if (!request.query.includes('claimStock')) return;
      shop.faults.after = null;
      throw new AppError('UPSTREAM_UNAVAILABLE', 'lost');
    };
    await place(shop, viewer, newKey());
    await whileWorking(async () => {
      await until(async () => (await chargesAndStock()).charges[0] === 'succeeded');
    });
    expect(await chargesAndStock()).toMatchObject({ reserved: 0, onHand: 3 });
  });

  test('stock that is gone when it is claimed ends the order, and the money goes back', async () => {
    shop.faults.before = async (request) => {
      if (!request.query.includes('claimStock')) return;
      const release = `UPDATE stock_reservation SET status = 'EXPIRED'; UPDATE product_variant SET stock_reserved = 0, stock_on_hand = 0`;
      await shop.product.query(release);
    };
    const { order } = await place(shop, viewer, newKey());
    expect(order).toMatchObject({ status: 'CANCELLED', paymentStatus: 'VOIDED', payments: [{ status: 'VOIDED' }] });
  });
});

/** Breaks the database at one point while `work` runs, and undoing as well, as the death of the process would. */
async function crashDuring(point: string, work: () => Promise<unknown>): Promise<void> {
  const table = point.split(' ON ')[1];
  await shop.order.query(`CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'crash'; END $$`);
  await shop.order.query(`CREATE TRIGGER crash ${point} FOR EACH ROW EXECUTE FUNCTION crash()`);
  await shop.order.query(
    `CREATE TRIGGER crash_undo BEFORE INSERT ON payment FOR EACH ROW WHEN (NEW.status = 'VOIDED') EXECUTE FUNCTION crash()`,
  );
  await expect(work()).rejects.toThrow('INTERNAL_SERVER_ERROR');
  await shop.order.query(`DROP TRIGGER crash ON ${table}; DROP TRIGGER crash_undo ON payment; DROP FUNCTION crash()`);
}

/** The leases of a process that died run out after a minute; here at once. */
async function letLeasesRunOut(): Promise<void> {
  await shop.order.query(`UPDATE checkout SET held_until = now() - interval '1 second'`);
  await shop.order.query(`UPDATE idempotency_key SET held_until = now() - interval '1 second'`);
  await shop.order.query(`UPDATE order_task SET run_at = now() WHERE done_at IS NULL`);
  await hurry(shop.order, 'order.settle');
}

async function whileWorking(check: () => Promise<void>): Promise<void> {
  await letLeasesRunOut();
  const work = await shop.startWork();
  try {
    await check();
  } finally {
    await work.stop();
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function chargesAndStock() {
  const { intents } = await shop.provider.ledger();
  const orders = await shop.order.query('SELECT 1 FROM "order"');
  const [stock] = await shop.product.query<{ stock_on_hand: number; stock_reserved: number }>(
    'SELECT stock_on_hand, stock_reserved FROM product_variant WHERE id = $1',
    [variant.key],
  );
  return {
    charges: intents.map(({ status }) => status),
    reserved: stock?.stock_reserved,
    onHand: stock?.stock_on_hand,
    orders: orders.length,
  };
}
