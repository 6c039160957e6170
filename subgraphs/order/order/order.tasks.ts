import type { EntityManager } from 'typeorm';

/**
 * What an order owes to other systems after its own change has committed. Tasks of one order are done in the order
 * they were owed.
 */
export type OrderTask =
  | 'CLAIM_STOCK'
  | 'CAPTURE_PAYMENT'
  | 'SETTLE_PAYMENT'
  | 'RETURN_STOCK'
  | 'PAY_REFUND'
  | 'RESTOCK_RETURN'
  | 'RESTOCK_CANCELLED';

/** A task that one order may owe more than once, told apart by its subject: the key of a refund or of a return. */
export interface TaskOf {
  readonly task: OrderTask;
  readonly subject: number;
}

/** Does what an order owes now rather than at the worker's next round; never throws, since the worker will try again. */
export interface FollowUps {
  runFor(orderId: number, requestId: string): Promise<void>;
  /** Waits a moment for what another request is doing now, so that both answer the same order. */
  waitFor(orderId: number): Promise<void>;
}

/** Writes tasks down in the transaction that makes them necessary. The worker leaves them alone for a few seconds. */
export async function owe(tx: EntityManager, orderId: number, tasks: readonly (OrderTask | TaskOf)[]): Promise<void> {
  const owed = tasks.map((each) => (typeof each === 'string' ? { task: each, subject: 0 } : each));
  await tx.query(
    `INSERT INTO order_task (order_id, kind, subject, run_at)
     SELECT $1, kind, subject, now() + interval '5 seconds' FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS t (kind, subject, n)
     ORDER BY n ON CONFLICT (order_id, kind, subject) DO NOTHING`,
    [orderId, owed.map(({ task }) => task), owed.map(({ subject }) => subject)],
  );
}
