import type { DataSource } from 'typeorm';

const BATCH = 5_000;
/** Far longer than a request is answered again (48 hours) and reconciliation looks back (3 days). */
const KEEP = "interval '30 days'";
const KEEP_PAYMENTS = "interval '90 days'";

/** Lets go of checkouts and tasks that ended, and of payments that came to nothing: orders, their log and money stay. */
export async function sweepEnded(database: DataSource): Promise<void> {
  await sweepOldest(database, 'checkout', `step IN ('ORDERED', 'UNDONE') AND updated_at < now() - ${KEEP}`);
  await sweepOldest(database, 'order_task', `done_at < now() - ${KEEP}`);
  await untilNoneIsLeft(async () => {
    const [gone] = await database.query<[unknown[], number]>(
      `DELETE FROM payment WHERE id IN (
         SELECT id FROM payment p WHERE order_id IS NULL AND status IN ('VOIDED', 'DECLINED') AND updated_at < now() - ${KEEP_PAYMENTS}
           AND NOT EXISTS (SELECT 1 FROM payment_refund r WHERE r.payment_id = p.id)
         ORDER BY updated_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) RETURNING 1`,
    );
    return gone.length;
  });
}

/**
 * Deletes what `isOver` from the front of a table whose keys grow with time and whose rows all end: so no index is needed,
 * for which every checkout would pay. Ends with the first batch of which nothing may go.
 */
async function sweepOldest(database: DataSource, table: 'checkout' | 'order_task', isOver: string): Promise<void> {
  await untilNoneIsLeft(async () => {
    const [gone] = await database.query<[unknown[], number]>(
      `DELETE FROM ${table} t USING (SELECT id FROM ${table} ORDER BY id LIMIT ${BATCH}) AS oldest
       WHERE t.id = oldest.id AND ${isOver} RETURNING 1`,
    );
    return gone.length;
  });
}

async function untilNoneIsLeft(remove: () => Promise<number>): Promise<void> {
  while ((await remove()) > 0);
}
