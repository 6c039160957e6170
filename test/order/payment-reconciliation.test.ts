import type { Viewer } from '../../platform/auth';
import { add, place } from './support/operations';
import { openPayments, type PaymentParts } from './support/payments';
import { newCustomer, newKey, openShop, type Shop } from './support/shop';

let shop: Shop;
let payments: PaymentParts;
let viewer: Viewer;

beforeEach(async () => {
  shop = await openShop();
  // Nobody tells the shop anything: reconciliation has to find out.
  shop.provider.listen(null);
  payments = await openPayments(shop);
  viewer = newCustomer();
  await add(shop, viewer, (await shop.addVariant({ stock: 10 })).id, 1);
});
afterEach(async () => {
  await payments.close();
  await shop.close();
});

const CARD = { payment_method: 'pm_card_visa' };

test('where both agree nothing is mended', async () => {
  await place(shop, viewer, newKey());
  expect(await payments.reconcile()).toEqual({ looked: 1, cancelled: 0, noted: 0, reported: 0 });
});

test('a hold that belongs to no checkout and no order is let go, here and there, once', async () => {
  const intent = await hold('chk_left_behind');
  expect(await payments.reconcile()).toMatchObject({ cancelled: 1 });
  expect(await shop.provider.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'canceled' });
  expect(await payments.reconcile()).toMatchObject({ cancelled: 0, noted: 0, reported: 0 });
});

test('a hold of which we have only the beginning is let go', async () => {
  await hold('chk_known');
  await shop.order.query(
    `INSERT INTO payment (provider, reference, status, currency, amount) VALUES ('stripe', 'chk_known', 'PENDING', 'EUR', 12)`,
  );
  expect(await payments.reconcile()).toMatchObject({ cancelled: 1 });
  const [row] = await shop.order.query('SELECT status FROM payment');
  expect(row).toEqual({ status: 'VOIDED' });
});

test('a payment that a shopper is confirming is left alone', async () => {
  await place(shop, viewer, newKey(), { paymentToken: 'tok_3ds' });
  expect(await payments.reconcile()).toEqual({ looked: 1, cancelled: 0, noted: 0, reported: 0 });
});

test('what was taken there but not noted here is noted', async () => {
  const { order } = await place(shop, viewer, newKey(), { paymentToken: 'tok_hold' });
  const [{ provider_id: id } = { provider_id: '' }] = await shop.order.query<{ provider_id: string }>(
    'SELECT provider_id FROM payment',
  );
  await shop.provider.stripe.paymentIntents.capture(id);
  expect(await payments.reconcile()).toMatchObject({ noted: 1, reported: 0 });
  const [row] = await shop.order.query('SELECT status, captured_amount FROM payment');
  expect(row).toEqual({ status: 'CAPTURED', captured_amount: order?.totalAmount.amount });
  expect(await payments.reconcile()).toMatchObject({ noted: 0, reported: 0 });
});

test('what was given back there but not noted here is noted', async () => {
  await place(shop, viewer, newKey());
  const [{ provider_id: id } = { provider_id: '' }] = await shop.order.query<{ provider_id: string }>(
    'SELECT provider_id FROM payment',
  );
  await shop.provider.stripe.refunds.create({ payment_intent: id, amount: 250 });
  expect(await payments.reconcile()).toMatchObject({ noted: 1, reported: 0 });
  expect(await shop.order.query('SELECT refunded_amount FROM payment')).toEqual([{ refunded_amount: '2.50' }]);
});

test('money that was taken there and that nothing here explains is reported, and left for people', async () => {
  const intent = await hold('chk_unexplained');
  await shop.provider.stripe.paymentIntents.capture(intent.id);
  expect(await payments.reconcile()).toMatchObject({ reported: 1, cancelled: 0 });
  expect(await shop.provider.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' });
});

test('a hold of an order that the provider does not know is reported', async () => {
  await place(shop, viewer, newKey(), { paymentToken: 'tok_hold' });
  await shop.order.query(`UPDATE payment SET reference = 'chk_nobody_knows', provider_id = 'pi_nobody_knows'`);
  expect(await payments.reconcile()).toMatchObject({ reported: 1 });
});

test('when its time is over it stops, and the next one goes on', async () => {
  await hold('chk_left_behind');
  await expect(payments.reconcile(AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
  expect(await payments.reconcile()).toMatchObject({ cancelled: 1 });
});

test('payments of other shops at the same provider are left alone', async () => {
  const intent = await hold('somebody-elses');
  expect(await payments.reconcile()).toEqual({ looked: 1, cancelled: 0, noted: 0, reported: 0 });
  expect(await shop.provider.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'requires_capture' });
});

async function hold(reference: string) {
  const intent = await shop.provider.stripe.paymentIntents.create({
    amount: 1_200,
    currency: 'eur',
    capture_method: 'manual',
    metadata: { reference },
  });
  return shop.provider.stripe.paymentIntents.confirm(intent.id, CARD);
}
