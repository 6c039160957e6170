import type { EntityManager } from 'typeorm';
import { answeredCte } from '../../../platform/idempotency';
import { owedCte, type OrderTask } from '../order';
import { attachedCte } from '../payment';
import type { OpenCheckout } from './checkout.rows';

/** What the one statement did; whoever finds a thing not done must let the transaction fail, but for `isCartDone`. */
export interface ClosedCheckout {
  /** Nobody else has taken the checkout over, nor its request. */
  readonly isOurs: boolean;
  /** The money was not let go meanwhile. */
  readonly isPaid: boolean;
  /** A cart that changed meanwhile stays open. */
  readonly isCartDone: boolean;
}

const CLOSE = `
  WITH moved AS (
    UPDATE checkout SET step = 'ORDERED', order_id = $3::integer, updated_at = now(), draft = '{}'
    WHERE id = $1 AND holder = $2::uuid AND step IN ('STARTED', 'RESERVED', 'PAYING') RETURNING 1
  ), emptied AS (
    UPDATE cart SET status = 'ORDERED', updated_at = clock_timestamp()
    WHERE id = $4 AND version = $5 AND status = 'ACTIVE' RETURNING 1
  ), ${attachedCte('$6', '$3')},
  ${owedCte('$3', '$7', '$8')},
  ${answeredCte({ viewer: '$9', operation: '$10', key: '$11', holder: '$2', response: '$12' })}
  SELECT EXISTS (SELECT FROM moved) AND EXISTS (SELECT FROM answered) AS "isOurs", EXISTS (SELECT FROM attached) AS "isPaid",
    EXISTS (SELECT FROM emptied) AS "isCartDone"`;

/**
 * Closes a checkout that has its order, and its cart with it; ties the payment to the order, owes what comes next and stores
 * the answer to the request. One statement, since every checkout pays for it.
 */
export async function closeCheckout(
  tx: EntityManager,
  { id, holder, cartId, draft, reference, viewer, key }: OpenCheckout,
  operation: string,
  orderId: number,
  owed: readonly OrderTask[],
): Promise<ClosedCheckout> {
  const [closed] = await tx.query<ClosedCheckout[]>(CLOSE, [
    ...[id, holder, orderId, cartId, draft.cartVersion, reference, owed, owed.map(() => 0)],
    ...[viewer, operation, key, JSON.stringify({ orderId })],
  ]);
  return closed ?? { isOurs: false, isPaid: false, isCartDone: false };
}
