import type { EntityManager } from 'typeorm';
import { queuedCte } from '../../../platform/jobs';

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

/** Does what an order owes now rather than when its job comes; never throws, since the job will try again. */
export interface FollowUps {
  runFor(orderId: number, requestId: string): Promise<void>;
  /** Waits a moment for what another request is doing now, so that both answer the same order. */
  waitFor(orderId: number): Promise<void>;
}

/** The job that does what one order owes. */
export const SETTLE_ORDER = 'order.settle';
/** How long whoever owes a task has it for himself. */
const HEAD_START = '5 seconds';
const settling = (orderId: string): string =>
  `jsonb_build_array(jsonb_build_object('name', '${SETTLE_ORDER}', 'key', ${orderId}::text, 'at', now() + interval '${HEAD_START}',
  'payload', jsonb_build_object('orderId', ${orderId}::integer)))`;

/** Whether the goods of an order that `tx` holds locked are not taken off the shelf yet: they may turn out to be gone. */
export async function owesStock(tx: EntityManager, orderId: number): Promise<boolean> {
  const owed = await tx.query<unknown[]>(
    `SELECT 1 FROM order_task WHERE order_id = $1 AND done_at IS NULL AND kind = 'CLAIM_STOCK'`,
    [orderId],
  );
  return owed.length > 0;
}

/** Owes a task that was done once more, since what it goes by has changed; one that is still open stays as it is. */
export async function oweAgain(tx: EntityManager, orderId: number, task: OrderTask): Promise<void> {
  await tx.query(
    `WITH owed AS (
       INSERT INTO order_task (order_id, kind, run_at) VALUES ($1::integer, $2, now() + interval '${HEAD_START}')
       ON CONFLICT (order_id, kind, subject) DO UPDATE SET done_at = NULL, attempts = 0, last_error = NULL, run_at = EXCLUDED.run_at
       WHERE order_task.done_at IS NOT NULL),
     ${queuedCte(settling('$1'))}
     SELECT 1`,
    [orderId, task],
  );
}

/** Writes tasks down in the transaction that makes them necessary, with a job that does what is not done by then. */
export async function owe(tx: EntityManager, orderId: number, tasks: readonly (OrderTask | TaskOf)[]): Promise<void> {
  const owed = tasks.map((each) => (typeof each === 'string' ? { task: each, subject: 0 } : each));
  await tx.query(`WITH ${owedCte('$1', '$2', '$3')} SELECT 1`, [
    orderId,
    owed.map(({ task }) => task),
    owed.map(({ subject }) => subject),
  ]);
}

/**
 * The parts `owed AS (...), queued AS (...)` for a `WITH` list that does what {@link owe} does beside other rows.
 *
 * @param orderId a parameter of the statement, such as `$1`, whose first use in it says that it is an integer
 */
export function owedCte(orderId: string, tasks: string, subjects: string): string {
  return `owed AS (
    INSERT INTO order_task (order_id, kind, subject, run_at)
    SELECT ${orderId}::integer, kind, subject, now() + interval '${HEAD_START}'
    FROM unnest(${tasks}::text[], ${subjects}::int[]) WITH ORDINALITY AS t (kind, subject, n)
    ORDER BY n ON CONFLICT (order_id, kind, subject) DO NOTHING),
  ${queuedCte(settling(orderId))}`;
}
