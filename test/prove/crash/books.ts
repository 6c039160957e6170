import pg from 'pg';
import { decimalToMinor } from '../../../platform/db';
import type { FinalOrder, FinalState } from '../history/judge';
import type { Fleet } from './fleet';
import type { Mailbox } from './mailbox';
import type { Charge } from './provider';

/** One line for each thing that is not as it must be; empty when the books agree. */
export interface Audit {
  readonly state: FinalState;
  readonly figures: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

interface OrderRow {
  readonly id: number;
  readonly number: string;
  readonly note: string;
  readonly total: string;
  readonly status: string;
  readonly email: string;
  readonly lines: readonly { ware: number; quantity: number }[];
  readonly payments: readonly { reference: string; status: string; minor: number; capturedMinor: number; captureOn: string }[];
  readonly placedEvents: number;
  readonly toldEvents: number;
}

interface WareRow {
  readonly ware: number;
  readonly units: number;
  readonly stock: number;
  readonly reserved: number;
  readonly ledger: number;
  readonly sales: number;
}

/**
 * Work that is under way somewhere; nothing is when a fleet has come to rest. Keys that were taken before anything was begun,
 * and whose client never came back, are no work: they are swept after two days. An event that was relayed may have died with
 * the bus, which the relay sees later: an order is untold until its mail stands in the database.
 */
const UNDER_WAY = {
  order: `SELECT
    (SELECT count(*)::int FROM checkout WHERE step NOT IN ('ORDERED', 'UNDONE')) AS checkouts,
    (SELECT count(*)::int FROM order_task WHERE done_at IS NULL) AS tasks,
    (SELECT count(*)::int FROM outbox, outbox_head WHERE position IS NULL OR position > told) AS events,
    (SELECT count(*)::int FROM "order" o
      WHERE NOT EXISTS (SELECT FROM notice n WHERE n.subject_key = o.id AND starts_with(n.fact, 'ord'))) AS untold,
    (SELECT count(*)::int FROM pgboss.job_common WHERE state < 'completed' AND name <> 'dead-letter' AND start_after < now() + interval '10 minutes'
      AND singleton_key IS DISTINCT FROM 'schedule' AND NOT name LIKE '\\_\\_pgboss%') AS jobs`,
  product: `SELECT
    (SELECT count(*)::int FROM stock_reservation WHERE status = 'HELD') AS held,
    (SELECT count(*)::int FROM outbox, outbox_head WHERE position IS NULL OR position > told) AS events`,
};

/** Lets whatever was left behind by a process that died be taken over now instead of a minute later. */
const HURRY = `
  UPDATE idempotency_key SET held_until = now() WHERE held_until > now() AND status = 'RUNNING';
  UPDATE checkout SET held_until = now() WHERE held_until > now() AND step NOT IN ('ORDERED', 'UNDONE');
  UPDATE order_task SET run_at = now() WHERE done_at IS NULL AND run_at > now();
  UPDATE pgboss.job_common SET start_after = now() WHERE state < 'active' AND start_after > now() AND start_after < now() + interval '10 minutes'`;

/** Reads and judges the databases of a fleet. */
export class Books {
  constructor(private readonly fleet: Fleet) {}

  async underWay(): Promise<Record<string, number>> {
    const [order] = await this.query<Record<string, number>>('order', UNDER_WAY.order);
    const [product] = await this.query<Record<string, number>>('product', UNDER_WAY.product);
    return { ...order, held: product?.['held'] ?? -1, stockEvents: product?.['events'] ?? -1 };
  }

  async hurry(): Promise<void> {
    await this.query('order', HURRY);
  }

  async query<Row extends object>(database: 'order' | 'product', text: string, values?: unknown[]): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.fleet.databases[database] });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row & pg.QueryResultRow>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * @param prefix of the buyers' names; only their orders are looked at
   * @param mailbox when given, every order must have been written about exactly once
   */
  async audit(
    prefix: string,
    units: ReadonlyMap<number, number>,
    charges: readonly Charge[],
    mailbox: Mailbox | null,
  ): Promise<Audit> {
    const [orders, wares, loose] = await Promise.all([this.orders(prefix), this.wares([...units.keys()]), this.loosePayments()]);
    const sold = new Map<number, number>();
    for (const { lines, status } of orders) {
      if (status === 'CANCELLED') continue;
      for (const { ware, quantity } of lines) sold.set(ware, (sold.get(ware) ?? 0) + quantity);
    }
    const problems = [
      ...wares.flatMap((ware) => problemsOfWare(ware, units.get(ware.ware) ?? 0, sold.get(ware.ware) ?? 0)),
      ...orders.flatMap(problemsOfOrder),
      ...loose.map(({ reference, status }) => `payment ${reference} is ${status} and has no order`),
      ...problemsOfCharges(orders, charges),
      ...(mailbox ? orders.flatMap((order) => problemsOfMail(order, mailbox)) : []),
    ];
    const cancelled = orders.filter(({ status }) => status === 'CANCELLED').length;
    const figures = {
      orders: orders.length,
      cancelled,
      sold: sum([...sold.values()]),
      oversold: sum(wares.map((ware) => Math.max(0, (sold.get(ware.ware) ?? 0) - (units.get(ware.ware) ?? 0)))),
      undersold: sum(wares.map((ware) => Math.max(0, (units.get(ware.ware) ?? 0) - ware.stock - (sold.get(ware.ware) ?? 0)))),
      charges: charges.length,
    };
    return { state: { orders: orders.map(asFinal), units }, figures, problems };
  }

  private orders(prefix: string): Promise<OrderRow[]> {
    return this.query<OrderRow>(
      'order',
      `SELECT o.id, o.number, o.note, o.total_amount AS total, o.status, o.email,
         (SELECT jsonb_agg(jsonb_build_object('ware', variant_id, 'quantity', quantity)) FROM order_item WHERE order_id = o.id) AS lines,
         COALESCE((SELECT jsonb_agg(jsonb_build_object('reference', reference, 'status', status, 'minor', round(amount * 100),
           'capturedMinor', round(captured_amount * 100), 'captureOn', capture_on)) FROM payment WHERE order_id = o.id), '[]') AS payments,
         (SELECT count(*)::int FROM order_event WHERE order_id = o.id AND type = 'PLACED') AS "placedEvents",
         (SELECT count(*)::int FROM outbox WHERE type = 'order.placed' AND data->>'number' = o.number) AS "toldEvents"
       FROM "order" o WHERE starts_with(o.note, $1) ORDER BY o.id`,
      [prefix],
    );
  }

  private wares(keys: readonly number[]): Promise<WareRow[]> {
    return this.query<WareRow>(
      'product',
      `SELECT v.id AS ware, v.stock_on_hand AS stock, v.stock_reserved AS reserved,
         (SELECT COALESCE(sum(quantity), 0)::int FROM stock_movement WHERE variant_id = v.id) AS ledger,
         (SELECT COALESCE(-sum(quantity), 0)::int FROM stock_movement WHERE variant_id = v.id AND kind = 'SALE') AS sales
       FROM product_variant v WHERE v.id = ANY ($1)`,
      [keys],
    );
  }

  private loosePayments(): Promise<{ reference: string; status: string }[]> {
    return this.query(
      'order',
      `SELECT reference, status FROM payment WHERE order_id IS NULL AND status NOT IN ('VOIDED', 'DECLINED')`,
    );
  }
}

function problemsOfWare({ ware, stock, reserved, ledger, sales }: WareRow, units: number, sold: number): string[] {
  const say = (isWrong: boolean, what: string): string[] => (isWrong ? [`ware ${ware}: ${what}`] : []);
  return [
    ...say(stock < 0 || sold > units, `oversold, ${sold} of ${units}, ${stock} left`),
    ...say(stock + sold !== units, `${stock} left and ${sold} sold of ${units}`),
    ...say(reserved !== 0, `${reserved} still reserved`),
    ...say(ledger !== stock, `the ledger's sum is ${ledger}, the stock ${stock}`),
    ...say(sales !== sold, `the ledger says ${sales} sold, the orders ${sold}`),
  ];
}

function problemsOfOrder({ number, status, total, payments, placedEvents, toldEvents }: OrderRow): string[] {
  const say = (isWrong: boolean, what: string): string[] => (isWrong ? [`order ${number}: ${what}`] : []);
  const [payment] = payments;
  const isPaidAtOnce = payment?.captureOn === 'PLACING';
  return [
    ...say(payments.length !== 1, `${payments.length} payments`),
    ...say(
      payment !== undefined && payment.minor !== decimalToMinor(total),
      `its payment is ${payment?.minor}, its total ${total}`,
    ),
    ...say(
      status !== 'CANCELLED' && isPaidAtOnce && (status !== 'PAID' || payment.status !== 'CAPTURED'),
      `${status}, ${payment?.status}`,
    ),
    ...say(status !== 'CANCELLED' && !isPaidAtOnce && payment?.status !== 'AUTHORIZED', `${status}, ${payment?.status}`),
    ...say(placedEvents !== 1 || toldEvents !== 1, `${placedEvents} entries and ${toldEvents} events of its placing`),
  ];
}

/** The provider's own books against ours: no money is held or taken but for an order, once, in its amount. */
function problemsOfCharges(orders: readonly OrderRow[], charges: readonly Charge[]): string[] {
  const byReference = Map.groupBy(charges, ({ reference }) => reference);
  const ours = new Set(orders.flatMap(({ payments }) => payments.map(({ reference }) => reference)));
  const strays = charges.filter(({ reference, heldMinor, takenMinor }) => heldMinor + takenMinor > 0 && !ours.has(reference));
  return [
    ...strays.map(
      ({ reference, heldMinor, takenMinor }) => `charge ${reference} holds ${heldMinor}, took ${takenMinor}, without an order`,
    ),
    ...orders.flatMap(({ number, status, payments }) =>
      payments.flatMap(({ reference, minor, capturedMinor }) => {
        const found = byReference.get(reference) ?? [];
        const taken = sum(found.map(({ takenMinor }) => takenMinor));
        const held = sum(found.map(({ heldMinor }) => heldMinor));
        const isRight = status === 'CANCELLED' ? held === 0 && taken === 0 : held + taken === minor && taken === capturedMinor;
        return isRight
          ? []
          : [`order ${number}: the provider holds ${held} and took ${taken} of ${minor}; we say ${capturedMinor}`];
      }),
    ),
  ];
}

function problemsOfMail({ number, email, status }: OrderRow, mailbox: Mailbox): string[] {
  if (status === 'CANCELLED') return [];
  const about = mailbox.mailsTo(email).filter((mail) => mail.includes(`We have your order ${number}`));
  return about.length === 1 ? [] : [`order ${number}: ${about.length} different mails that it was placed`];
}

/** Buyers write their name and key into the note. */
function asFinal({ number, note, total, status, lines }: OrderRow): FinalOrder {
  const [cart = '', key = ''] = note.split('|');
  return { number, key, cart, total, isCancelled: status === 'CANCELLED', lines };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
