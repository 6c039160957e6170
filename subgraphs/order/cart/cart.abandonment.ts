import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { recordEvents } from '../../../platform/events';
import { globalId } from '../../../platform/federation';

const BATCH = 500;
/** Older ones were forgotten rather than left a moment ago. */
const NO_OLDER_THAN = '14 days';

/**
 * Tells of carts that customers left alone for some hours, each once. Guests' carts are not among them: we know no
 * address of theirs. Answers how many there were.
 */
export async function tellAbandonedCarts(database: DataSource, afterHours: number): Promise<number> {
  return inTransaction(database, async (tx) => {
    const [carts] = await tx.query<[{ id: number; userId: number }[], number]>(
      `UPDATE cart SET abandoned_at = now() WHERE id IN (
         SELECT id FROM cart c WHERE status = 'ACTIVE' AND user_id IS NOT NULL AND abandoned_at IS NULL
           AND updated_at BETWEEN now() - interval '${NO_OLDER_THAN}' AND now() - make_interval(hours => $1)
           AND EXISTS (SELECT 1 FROM cart_line l WHERE l.cart_id = c.id)
         ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, user_id AS "userId"`,
      [afterHours, BATCH],
    );
    const events = carts.map(({ id, userId }) => {
      const cartId = globalId('Cart', id);
      return { type: 'cart.abandoned', key: cartId, touches: [], data: { cartId, userId: globalId('User', userId) } };
    });
    await recordEvents(tx, events);
    return carts.length;
  });
}
