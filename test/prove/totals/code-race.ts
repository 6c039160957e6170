import { randomUUID } from 'node:crypto';
import type { Customer, Storefront, Visitor } from '../../support/storefront';

const BUYERS = 50;
const LIMIT = 10;

export interface RaceOutcome {
  readonly orders: number;
  readonly usedUp: number;
  readonly counted: number;
  readonly problems: readonly string[];
}

interface Answer {
  readonly order: { readonly id: string } | null;
  readonly errors: readonly { readonly __typename: string; readonly reason?: string }[];
}

const PLACE = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } errors { __typename ... on DiscountCodeInvalid { reason } } } }`;

/** Fifty buyers send orders with a code for ten in the same moment. */
export async function raceForCode(shop: Storefront, staff: Customer): Promise<RaceOutcome> {
  const code = `RACE-${randomUUID().slice(0, 8)}`.toUpperCase();
  const input = { code, kind: 'PERCENTAGE', percentage: 2000, usageLimit: LIMIT };
  await shop.ask(
    'mutation ($input: CreateDiscountCodeInput!) { createDiscountCode(input: $input) { errors { __typename } } }',
    { input },
    staff,
  );
  const ware = await shop.addWare({ stock: 1_000 });
  const buyers = await Promise.all(Array.from({ length: BUYERS }, () => shop.guestWith(ware.id)));
  await Promise.all(buyers.map((buyer) => applyCode(shop, buyer, code)));
  const answers = await Promise.all(buyers.map((buyer) => place(shop, buyer)));
  const [counted] = await shop.sql<{ orders: number; used: number }>(
    'order',
    `SELECT (SELECT count(*)::int FROM discount_use u JOIN "order" o ON o.placed_key = u.reference
        WHERE u.code = $1 AND u.given_back_at IS NULL AND o.discount_amount > 0) AS orders,
       (SELECT used_count FROM discount_code WHERE code = $1) AS used`,
    [code],
  );
  const orders = counted?.orders ?? -1;
  const told = answers.filter(({ order }) => order !== null).length;
  const usedUp = answers.filter(({ errors }) => errors.some(({ reason }) => reason === 'USED_UP')).length;
  const expectations: [boolean, string][] = [
    [orders === LIMIT, `${orders} orders carry a code for ${LIMIT}`],
    [told === orders, `${told} buyers were told of an order`],
    [counted?.used === orders, `the code counts ${counted?.used} uses`],
    [usedUp === BUYERS - LIMIT, `${usedUp} were told that it is used up`],
  ];
  return {
    orders,
    usedUp,
    counted: counted?.used ?? -1,
    problems: expectations.flatMap(([holds, problem]) => (holds ? [] : [problem])),
  };
}

/** The mistake that most shops make: uses are counted, and one is added a moment later without looking again. */
export async function breakTaking(shop: Storefront): Promise<void> {
  await shop.sql('order', 'ALTER TABLE discount_code DROP CONSTRAINT discount_code_never_overused');
  await shop.sql(
    'order',
    `CREATE OR REPLACE FUNCTION take_discount(wanted integer, taker text, buyer integer, buyer_email_hash text, off numeric, shipping_off numeric)
       RETURNS text LANGUAGE plpgsql AS $$
     BEGIN
       IF (SELECT count(*) FROM discount_use WHERE discount_id = wanted AND given_back_at IS NULL)
         >= (SELECT usage_limit FROM discount_code WHERE id = wanted) THEN RETURN 'USED_UP'; END IF;
       PERFORM pg_sleep(0.05);
       UPDATE discount_code SET used_count = used_count + 1 WHERE id = wanted;
       INSERT INTO discount_use (discount_id, reference, code, user_id, email_hash, amount, shipping_amount)
         SELECT id, taker, code, buyer, buyer_email_hash, off, shipping_off FROM discount_code WHERE id = wanted;
       RETURN NULL;
     END $$`,
  );
}

/** @throws when the code is refused */
export async function applyCode(shop: Storefront, buyer: Visitor, code: string): Promise<void> {
  const query = 'mutation ($input: ApplyDiscountCodeInput!) { applyDiscountCode(input: $input) { errors { __typename } } }';
  const { applyDiscountCode } = await shop.ask<{ applyDiscountCode: { errors: unknown[] } }>(query, { input: { code } }, buyer);
  if (applyDiscountCode.errors.length > 0) throw new Error(`the code was refused: ${JSON.stringify(applyDiscountCode.errors)}`);
}

async function place(shop: Storefront, buyer: Visitor): Promise<Answer> {
  const shippingAddress = { name: 'Ada', line1: 'Kade 1', city: 'Utrecht', countryCode: 'NL' };
  const input = { idempotencyKey: randomUUID(), email: `${randomUUID()}@example.com`, shippingAddress, paymentToken: 'tok_ok' };
  return (await shop.ask<{ placeOrder: Answer }>(PLACE, { input }, buyer)).placeOrder;
}
