import { Storefront } from '../support/storefront';
import { until } from '../support/until';
import { seededRandom } from './crash/random';
import { live, type World } from './idempotency/life';
import { Sender } from './idempotency/sender';
import type { Proof, ProofContext } from './proof';

const MUTATIONS_A_LIFE = 8;
const UNITS = 1_000_000;
const CLIENTS = 8;

export const proof: Proof = {
  name: 'idempotency',
  summary: 'mutations that take keys, 30 % sent again, timed out or raced: each effect once; ignored keys are caught',
  run: async (context) => {
    const { url, databases } = await context.startSystem({ processes: context.full });
    const shop = new Storefront(url, databases);
    const staff = await shop.hire();
    const mutations = context.full ? 10_000 : 600;
    const main = await round(context, shop, { staff, mutations, prefix: 0, isKeyKept: true });
    context.say('control: every try has a key of its own');
    const control = await round(context, shop, { staff, mutations: 120, prefix: 1_000_000, isKeyKept: false });
    const isCaught = control.wrong.length > 0;
    if (!isCaught) context.say('the control was not caught: the round above proves nothing');
    const { sender, wrong } = main;
    const troubledShare = sender.troubled / sender.sent;
    const figures = {
      mutations: sender.sent,
      requests: sender.requests,
      troubled: `${Math.round(troubledShare * 100)}%`,
      reuses: sender.reuses,
      wrong: wrong.length,
      control: control.wrong.length,
    };
    return { isProven: wrong.length === 0 && isCaught && sender.sent >= mutations && troubledShare > 0.25, figures };
  },
};

interface Round {
  readonly staff: World['staff'];
  readonly mutations: number;
  /** Lives are counted from here. */
  readonly prefix: number;
  readonly isKeyKept: boolean;
}

async function round(
  context: ProofContext,
  shop: Storefront,
  { staff, mutations, prefix, isKeyKept }: Round,
): Promise<{ readonly sender: Sender; readonly wrong: readonly string[] }> {
  const ware = await shop.addWare({ stock: UNITS });
  const sender = new Sender(shop, seededRandom(Date.now() % 1_000_000), isKeyKept);
  const lives = new Map<number, Awaited<ReturnType<typeof live>>>();
  const startedMs = performance.now();
  let next = prefix;
  const client = async (): Promise<void> => {
    while (sender.sent < mutations || next - prefix < mutations / MUTATIONS_A_LIFE / 2) {
      const at = next++;
      lives.set(at, await live({ shop, staff, ware }, sender, at));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  context.say(
    `${sender.sent} mutations in ${sender.requests} requests, ${Math.round((performance.now() - startedMs) / 1_000)} s`,
  );
  await untilSettled(shop).catch((error: unknown) => sender.problems.push(`work was left over: ${String(error)}`));
  const effects = (await Promise.all([...lives.keys()].map((at) => effectsOf(shop, at, isKeyKept)))).flat();
  const wrong = [...sender.problems, ...effects, ...(await stockOf(shop, ware.key))];
  for (const problem of wrong.slice(0, 10)) context.say(`WRONG: ${problem.slice(0, 400)}`);
  if (wrong.length > 10) context.say(`... and ${wrong.length - 10} more`);
  return { sender, wrong };
}

function untilSettled(shop: Storefront): Promise<unknown> {
  return until(
    () => shop.sql<{ left: number }>('order', 'SELECT count(*)::int AS left FROM order_task WHERE done_at IS NULL'),
    ([row]) => row?.left === 0,
    60_000,
  );
}

interface Effects {
  readonly [effect: string]: number;
}

/** What each mutation of a life left behind: one of each, or none where the life took another turn. */
async function effectsOf(shop: Storefront, at: number, isKeyKept: boolean): Promise<string[]> {
  const name = `life ${at}`;
  const [found] = await shop.sql<Effects & Record<string, number>>(
    'order',
    `WITH o AS (SELECT id FROM "order" WHERE note = $1)
     SELECT (SELECT count(*)::int FROM o) AS orders,
       (SELECT count(*)::int FROM order_note WHERE text = $1) AS notes,
       (SELECT count(*)::int FROM order_event e JOIN o ON e.order_id = o.id WHERE e.type = 'PACKED') AS packings,
       (SELECT count(*)::int FROM shipment s JOIN o ON s.order_id = o.id) AS shipments,
       (SELECT count(*)::int FROM order_event e JOIN o ON e.order_id = o.id WHERE e.type = 'DELIVERED') AS deliveries,
       (SELECT count(*)::int FROM order_event e JOIN o ON e.order_id = o.id WHERE e.type = 'CANCELLED') AS cancellations,
       (SELECT count(*)::int FROM order_return r JOIN o ON r.order_id = o.id) AS returns,
       (SELECT count(*)::int FROM order_event e JOIN o ON e.order_id = o.id WHERE e.type = 'RETURN_REFUSED') AS refusals,
       (SELECT count(*)::int FROM order_event e JOIN o ON e.order_id = o.id WHERE e.type = 'REFUNDED') AS "wholeRefunds",
       (SELECT count(*)::int FROM refund WHERE reason = $1) AS refunds`,
    [name],
  );
  const [moved] = await shop.sql<{ movements: number; units: number }>(
    'product',
    'SELECT count(*)::int AS movements, COALESCE(sum(quantity), 0)::int AS units FROM stock_movement WHERE reason = $1',
    [name],
  );
  const [stocked] = await shop.sql<{ products: number; variants: number; stocked: number }>(
    'product',
    `SELECT count(DISTINCT p.id)::int AS products, count(v.id)::int AS variants,
       COALESCE(sum((SELECT sum(quantity) FROM stock_movement m WHERE m.variant_id = v.id)), 0)::int AS stocked
     FROM product p JOIN product_variant v ON v.product_id = p.id WHERE p.name = $1`,
    [name],
  );
  if (!found || !moved || !stocked) return [`${name}: nothing was read`];
  const isCancelled = at % 4 === 0;
  const isRefunded = at % 8 === 1;
  const isRefused = at % 8 === 3;
  const isReturned = !isCancelled && !isRefunded;
  const isStocked = at % 5 === 0;
  const wanted: Effects = {
    orders: 1,
    notes: 1,
    packings: isCancelled ? 0 : 1,
    shipments: isCancelled ? 0 : 1,
    deliveries: isCancelled ? 0 : 1,
    cancellations: isCancelled ? 1 : 0,
    returns: isReturned ? 1 : 0,
    refusals: isRefused ? 1 : 0,
    wholeRefunds: isRefunded ? 1 : 0,
    refunds: isReturned && !isRefused ? 1 : 0,
    products: isStocked ? 1 : 0,
    variants: isStocked ? 2 : 0,
    stocked: isStocked ? 2 : 0,
    movements: 1,
    units: 1,
  };
  const all: Effects = { ...found, ...moved, ...stocked };
  // Without keys a life may also break off where its second try was refused: only too much of something counts.
  return Object.entries(wanted).flatMap(([effect, count]) => {
    const actual = all[effect] ?? 0;
    return (isKeyKept ? actual !== count : actual > count) ? [`${name}: ${actual} ${effect} instead of ${count}`] : [];
  });
}

async function stockOf(shop: Storefront, ware: number): Promise<string[]> {
  const [row] = await shop.sql<{ stock: number; reserved: number; ledger: number }>(
    'product',
    `SELECT stock_on_hand AS stock, stock_reserved AS reserved,
       (SELECT sum(quantity)::int FROM stock_movement WHERE variant_id = v.id) AS ledger FROM product_variant v WHERE id = $1`,
    [ware],
  );
  if (row && row.stock === row.ledger && row.reserved === 0) return [];
  return [`the stock is ${row?.stock}, its ledger ${row?.ledger}, ${row?.reserved} are reserved`];
}
