import type { Viewer } from '../../platform/auth';
import { add, place, type PlaceData } from './support/operations';
import { until } from '../support/until';
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

const AT_THE_BANK = { reserved: 2, onHand: 5, orders: 0, charges: ['requires_action'] };
const ORDERED = { reserved: 0, onHand: 3, orders: 1, charges: ['succeeded'] };
const UNDONE = { reserved: 0, onHand: 5, orders: 0, charges: ['canceled'] };

describe('a bank that wants the shopper to confirm', () => {
  test('answers where to go, with the stock held; the same request meanwhile answers the same', async () => {
    const key = newKey();
    const first = await payAtTheBank(key);
    expect(first).toMatchObject({ order: null, errors: [{ code: 'PAYMENT_ACTION_REQUIRED' }] });
    const [error] = first.errors;
    expect(error?.['redirectUrl']).toMatch(/^http:.*\/_sandbox\/3ds\/pi_/);
    expect(new Date(String(error?.['expiresAt'])).getTime()).toBeGreaterThan(Date.now() + 500_000);
    expect(await state()).toEqual(AT_THE_BANK);
    const second = await payAtTheBank(key);
    expect(second.errors).toEqual(first.errors);
    expect(await state()).toEqual(AT_THE_BANK);
  });

  test('after the shopper approved, the same request places the order, once', async () => {
    const key = newKey();
    await payAtTheBank(key);
    await answerBank('approve');
    const { order } = await payAtTheBank(key);
    expect(order).toMatchObject({ status: 'PAID', paymentStatus: 'PAID' });
    expect(await payAtTheBank(key)).toMatchObject({ order: { id: order?.id }, replayed: true });
    expect(await state()).toEqual(ORDERED);
  });

  test('after the shopper approved, the webhook alone places the order', async () => {
    const key = newKey();
    await payAtTheBank(key);
    await whileWorking(async () => {
      await answerBank('approve');
      await until(async () => (await state()).charges[0] === 'succeeded', Boolean);
    });
    expect(await state()).toEqual(ORDERED);
    expect(await payAtTheBank(key)).toMatchObject({ order: { status: 'PAID' }, replayed: true });
  });

  test('after the shopper refused, the same request says so and everything is given back', async () => {
    const key = newKey();
    await payAtTheBank(key);
    await answerBank('refuse');
    const declined = {
      order: null,
      errors: [{ __typename: 'PaymentDeclined', declineCode: 'payment_intent_authentication_failure' }],
    };
    expect(await payAtTheBank(key)).toMatchObject(declined);
    expect(await payAtTheBank(key)).toMatchObject({ ...declined, replayed: true });
    expect(await state()).toMatchObject({ reserved: 0, orders: 0 });
    expect((await place(shop, viewer, newKey())).order).toMatchObject({ status: 'PAID' });
  });

  test('after the shopper refused, the webhook alone gives everything back', async () => {
    const key = newKey();
    await payAtTheBank(key);
    await whileWorking(async () => {
      await answerBank('refuse');
      await until(async () => (await state()).reserved === 0, Boolean);
    });
    expect(await payAtTheBank(key)).toMatchObject({ replayed: true, errors: [{ __typename: 'PaymentDeclined' }] });
  });

  test('after the shopper refused, nobody can pay with another card what we have given up', async () => {
    const key = newKey();
    await payAtTheBank(key);
    await answerBank('refuse');
    await payAtTheBank(key);
    const [intent] = (await shop.provider.ledger()).intents;
    expect(intent).toMatchObject({ status: 'canceled' });
    const again = shop.provider.stripe.paymentIntents.confirm(intent?.id ?? '', { payment_method: 'pm_card_visa' });
    await expect(again).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' });
  });

  test('a card that is declined after the confirmation places nothing', async () => {
    const key = newKey();
    await place(shop, viewer, key, { paymentToken: 'tok_3ds_declined' });
    await answerBank('approve');
    const { errors } = await place(shop, viewer, key, { paymentToken: 'tok_3ds_declined' });
    expect(errors).toMatchObject([{ __typename: 'PaymentDeclined', declineCode: 'card_declined' }]);
  });
});

describe('a shopper who does not come back', () => {
  test('loses the stock when the time is over, and can pay no more', async () => {
    const key = newKey();
    await payAtTheBank(key);
    await letTheTimeRunOut();
    await whileWorking(() => until(async () => (await state()).reserved === 0, Boolean));
    expect(await state()).toEqual(UNDONE);
    expect((await answerBank('approve')).status).toBe(400);
    expect((await payAtTheBank(key)).errors).toMatchObject([{ __typename: 'PaymentActionRequired' }]);
  });

  test('who approved in the last moment gets the order, even when nobody told us', async () => {
    shop.provider.listen(null);
    await payAtTheBank(newKey());
    await answerBank('approve');
    await letTheTimeRunOut();
    await whileWorking(() => until(async () => (await state()).charges[0] === 'succeeded', Boolean));
    expect(await state()).toEqual(ORDERED);
  });

  test('may pay with another card: the first payment ends', async () => {
    await payAtTheBank(newKey());
    expect((await place(shop, viewer, newKey())).order).toMatchObject({ status: 'PAID' });
    expect(await state()).toMatchObject({ reserved: 0, onHand: 3, orders: 1, charges: ['canceled', 'succeeded'] });
  });

  test('who pays with another card while the first payment ends by itself holds nobody up who sends the first again', async () => {
    const key = newKey();
    await payAtTheBank(key);
    // Closes the checkout in the moment in which the other request takes its key over.
    await shop.order.query(`CREATE FUNCTION close_first() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE checkout SET step = 'UNDONE', draft = '{}' WHERE key = NEW.key; RETURN NEW; END $$`);
    await shop.order.query(`CREATE TRIGGER close_first AFTER UPDATE ON idempotency_key FOR EACH ROW
      WHEN (NEW.holder <> OLD.holder AND NEW.key = '${key}') EXECUTE FUNCTION close_first()`);
    await place(shop, viewer, newKey());
    const [held] = await shop.order.query<{ is_held: boolean }>(
      `SELECT held_until > now() AS is_held FROM idempotency_key WHERE key = '${key}'`,
    );
    expect(held?.is_held ?? false).toBe(false);
  });

  test('who approved and then pays with another card has ordered once', async () => {
    shop.provider.listen(null);
    await payAtTheBank(newKey());
    await answerBank('approve');
    const { order, errors } = await place(shop, viewer, newKey());
    expect({ order, errors: errors.length }).toEqual({ order: null, errors: 1 });
    expect(await state()).toEqual(ORDERED);
  });
});

test('webhook, retries and the end of the time at once make one order at most', async () => {
  for (let round = 0; round < 3; round += 1) {
    const buyer = newCustomer();
    await add(shop, buyer, (await shop.addVariant({ stock: 2 })).id, 1);
    const key = newKey();
    const again = () => place(shop, buyer, key, { paymentToken: 'tok_3ds' }).catch(() => null);
    await again();
    const work = await shop.startWork();
    try {
      const { intents } = await shop.provider.ledger();
      const waiting = intents.findLast(({ status }) => status === 'requires_action');
      await Promise.all([
        shop.provider.answerBank(waiting?.id ?? '', 'approve'),
        letTheTimeRunOut(),
        ...Array.from({ length: 4 }, again),
      ]);
      await until(async () => (await openCheckouts()) === 0, Boolean);
    } finally {
      await work.stop();
    }
    const orders = await shop.order.query<{ id: number }>('SELECT id FROM "order" WHERE user_id = $1', [buyer.userId]);
    expect(orders.length).toBeLessThanOrEqual(1);
    const held = (await shop.provider.ledger()).intents.filter(({ status }) => status === 'requires_capture');
    expect(held).toEqual([]);
    const taken = (await shop.provider.ledger()).intents.filter(({ status }) => status === 'succeeded');
    const [all] = await shop.order.query<{ orders: number }>('SELECT count(*)::int AS orders FROM "order"');
    expect(taken.length).toBe(all?.orders);
  }
});

function payAtTheBank(key: string): Promise<PlaceData> {
  return place(shop, viewer, key, { paymentToken: 'tok_3ds' });
}

async function answerBank(verdict: 'approve' | 'refuse'): Promise<Response> {
  const { intents } = await shop.provider.ledger();
  return shop.provider.answerBank(intents.at(-1)?.id ?? '', verdict);
}

async function letTheTimeRunOut(): Promise<void> {
  await shop.order.query(
    `UPDATE checkout SET held_until = now() - interval '1 second', confirm_until = now() - interval '1 second' WHERE confirm_until IS NOT NULL`,
  );
}

async function openCheckouts(): Promise<number> {
  return (await shop.order.query(`SELECT 1 FROM checkout WHERE step IN ('STARTED', 'RESERVED', 'PAYING')`)).length;
}

async function whileWorking(check: () => Promise<unknown>): Promise<void> {
  const work = await shop.startWork();
  try {
    await check();
  } finally {
    await work.stop();
  }
}

async function state() {
  const { intents } = await shop.provider.ledger();
  const orders = await shop.order.query('SELECT 1 FROM "order"');
  const [stock] = await shop.product.query<{ stock_on_hand: number; stock_reserved: number }>(
    'SELECT stock_on_hand, stock_reserved FROM product_variant WHERE id = $1',
    [variant.key],
  );
  return {
    reserved: stock?.stock_reserved,
    onHand: stock?.stock_on_hand,
    orders: orders.length,
    charges: intents.map(({ status }) => status),
  };
}
