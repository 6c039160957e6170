import type { DataSource } from 'typeorm';

interface LedgerIntent {
  readonly reference: string;
  readonly status: string;
  readonly amount_received: number;
  readonly amount_refunded: number;
}

/** Orders and the beginnings of their payments, as a shop has them that was told nothing yet. */
export async function writePayments(database: DataSource, count: number): Promise<void> {
  await database.query(
    `WITH placed AS (
       INSERT INTO "order" (number, email, status, payment_status, fulfilment_status, currency, subtotal_amount, total_amount, shipping_address)
       SELECT 'STORM-' || n, 'storm@example.com', 'PLACED', 'AUTHORIZED', 'UNFULFILLED', 'EUR', 10, 10, '{}' FROM generate_series(0, $1::int - 1) n
       RETURNING id, number
     )
     INSERT INTO payment (order_id, provider, reference, status, currency, amount)
     SELECT id, 'stripe', 'storm-' || substr(number, 7), 'PENDING', 'EUR', 10 FROM placed`,
    [count],
  );
}

/** Back to what {@link writePayments} wrote. */
export async function forgetPayments(database: DataSource): Promise<void> {
  await database.query(
    `UPDATE payment SET status = 'PENDING', provider_id = NULL, captured_amount = 0, refunded_amount = 0, failure_code = NULL`,
  );
}

/** What differs between our payments, with their orders, and the provider's ledger. */
export async function compare(database: DataSource, providerUrl: string): Promise<string[]> {
  const { intents } = (await (await fetch(`${providerUrl}/_sandbox/ledger`)).json()) as { intents: LedgerIntent[] };
  const rows = await database.query<{ reference: string; seen: string }[]>(
    `SELECT reference, concat_ws(' ', status, (captured_amount * 100)::int, (refunded_amount * 100)::int) AS seen FROM payment`,
  );
  const ours = new Map(rows.map(({ reference, seen }) => [reference, seen]));
  return intents.flatMap((intent) => {
    const expected = `${stateOf(intent)} ${intent.amount_received} ${intent.amount_refunded}`;
    const seen = ours.get(intent.reference) ?? 'missing';
    return seen === expected ? [] : [`${intent.reference}: ${seen} instead of ${expected}`];
  });
}

export async function countOf(database: DataSource, rows: string): Promise<number> {
  const [found] = await database.query<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${rows}`);
  return found?.count ?? -1;
}

function stateOf({ status, amount_received: received, amount_refunded: refunded }: LedgerIntent): string {
  if (status === 'succeeded') return received === refunded ? 'REFUNDED' : 'CAPTURED';
  if (status === 'requires_capture') return 'AUTHORIZED';
  return status === 'canceled' ? 'VOIDED' : 'DECLINED';
}
