import { READ_THEN_WRITE } from '../support/read-then-write';
import { Storefront, type PlaceAnswer, type Visitor, type Ware } from '../support/storefront';
import type { SystemOptions } from '../support/system';
import type { Proof, ProofContext } from './proof';

const BUYERS = 50;
const UNITS = 10;

/** What is left after a rush, and what must hold of it. */
interface Outcome {
  readonly orders: number;
  readonly refusals: number;
  readonly stock: number;
  readonly ledger: number;
  readonly held: number;
  readonly payments: number;
  readonly problems: readonly string[];
}

export const proof: Proof = {
  name: 'oversell',
  summary: `${BUYERS} buyers at once on ${UNITS} units: ${UNITS} paid orders, stock 0; a read-then-write reservation is caught`,
  run: async (context) => {
    const rounds = context.full ? 5 : 2;
    const here = await open(context, {});
    const outcomes = await rushes(context, here, rounds, 'one process');
    const apart = context.full
      ? await rushes(context, await open(context, { processes: true }), rounds, 'separate processes')
      : [];
    await here.shop.sql('product', READ_THEN_WRITE);
    const control = await rush(here.shop, here.buyers);
    context.say(`control, stock read first and written then: ${describe(control)}`);
    const failed = [...outcomes, ...apart].filter(({ problems }) => problems.length > 0).length;
    const isCaught = control.orders > UNITS && control.problems.length > 0;
    if (!isCaught) context.say('the control did not oversell: the rush proves nothing');
    return {
      isProven: failed === 0 && isCaught,
      figures: {
        rounds: outcomes.length + apart.length,
        failed,
        orders: outcomes[0]?.orders ?? -1,
        stock: outcomes[0]?.stock ?? -1,
        control: control.orders,
      },
    };
  },
};

interface Street {
  readonly shop: Storefront;
  readonly buyers: readonly Visitor[];
}

async function open(context: ProofContext, options: SystemOptions): Promise<Street> {
  const { url, databases } = await context.startSystem(options);
  const shop = new Storefront(url, databases);
  return { shop, buyers: await gather(shop) };
}

async function rushes(context: ProofContext, { shop, buyers }: Street, rounds: number, where: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const outcome = await rush(shop, buyers);
    context.say(`${where}, round ${round}: ${describe(outcome)}`);
    outcomes.push(outcome);
  }
  return outcomes;
}

function describe({ orders, refusals, stock, ledger, held, payments, problems }: Outcome): string {
  const figures = `${orders} orders, ${refusals} refused, stock ${stock}, ledger ${ledger}, held ${held}, payments ${payments}`;
  return problems.length === 0 ? figures : `${figures}; WRONG: ${problems.join('; ')}`;
}

/** Half customers, half guests; the same people for every rush of a system, because signing up costs an argon2 hash each. */
async function gather(shop: Storefront): Promise<Visitor[]> {
  const { id } = await shop.addWare();
  const buyers: Visitor[] = [];
  while (buyers.length < BUYERS) buyers.push(...(await Promise.all([shop.signUp(), shop.guestWith(id)])));
  return buyers.slice(0, BUYERS);
}

/** Each puts the ware into a cart of their own; then all send their order in the same moment. */
async function rush(shop: Storefront, buyers: readonly Visitor[]): Promise<Outcome> {
  const ware = await shop.addWare({ stock: UNITS });
  for (const group of [buyers.slice(0, BUYERS / 2), buyers.slice(BUYERS / 2)]) {
    await Promise.all(
      group.map(async (buyer) => {
        await shop.clear(buyer);
        await shop.add(buyer, ware.id);
      }),
    );
  }
  const answers = await Promise.all(buyers.map((buyer) => shop.place(buyer)));
  return judge(shop, ware, UNITS, answers);
}

async function judge(shop: Storefront, ware: Ware, units: number, answers: readonly PlaceAnswer[]): Promise<Outcome> {
  const [order] = await shop.sql<{ orders: number; paid: number; payments: number; captured: number }>(
    'order',
    `SELECT count(DISTINCT o.id)::int AS orders, count(DISTINCT o.id) FILTER (WHERE o.status = 'PAID')::int AS paid,
       count(p.id)::int AS payments, count(p.id) FILTER (WHERE p.status = 'CAPTURED')::int AS captured
     FROM "order" o JOIN order_item i ON i.order_id = o.id AND i.variant_id = $1 LEFT JOIN payment p ON p.order_id = o.id`,
    [ware.key],
  );
  const [open] = await shop.sql<{ loose: number }>(
    'order',
    `SELECT count(*)::int AS loose FROM payment WHERE order_id IS NULL AND status NOT IN ('VOIDED', 'DECLINED')`,
  );
  const [product] = await shop.sql<{ stock: number; reserved: number; ledger: number; held: number }>(
    'product',
    `SELECT v.stock_on_hand AS stock, v.stock_reserved AS reserved,
       (SELECT sum(quantity)::int FROM stock_movement WHERE variant_id = v.id) AS ledger,
       (SELECT count(*)::int FROM stock_reservation r JOIN stock_reservation_line l ON l.reservation_id = r.id
        WHERE l.variant_id = v.id AND r.status = 'HELD') AS held
     FROM product_variant v WHERE v.id = $1`,
    [ware.key],
  );
  if (!order || !open || !product) throw new Error('the databases did not answer');
  const won = answers.filter(({ order: placed }) => placed !== null);
  const refused = answers.filter(({ order: placed, errors }) => placed === null && errors.length > 0 && errors.every(isSoldOut));
  const expectations: [boolean, string][] = [
    [order.orders === units, `${order.orders} orders for ${units} units`],
    [won.length === order.orders, `${won.length} buyers were told of an order, ${order.orders} exist`],
    [new Set(won.map(({ order: placed }) => placed?.id)).size === won.length, 'an order was told to two buyers'],
    [
      order.paid === order.orders && won.every(({ order: placed }) => placed?.status === 'PAID'),
      `${order.paid} of ${order.orders} orders are paid`,
    ],
    [
      refused.length === answers.length - units,
      `${refused.length} clear InsufficientStock answers instead of ${answers.length - units}`,
    ],
    [product.stock === 0 && product.reserved === 0, `stock ${product.stock}, reserved ${product.reserved}`],
    [product.ledger === product.stock, `the ledger's sum ${product.ledger} is not the stock ${product.stock}`],
    [product.held === 0, `${product.held} reservations are still held`],
    [
      order.payments === order.orders && order.captured === order.orders && open.loose === 0,
      `${order.payments} payments, ${order.captured} captured, ${open.loose} without an order`,
    ],
  ];
  return {
    orders: order.orders,
    refusals: refused.length,
    stock: product.stock,
    ledger: product.ledger,
    held: product.held,
    payments: order.payments,
    problems: expectations.filter(([holds]) => !holds).map(([, problem]) => problem),
  };
}

function isSoldOut({ __typename }: { readonly __typename: string }): boolean {
  return __typename === 'InsufficientStock';
}
