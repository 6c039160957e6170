import type { DataSource } from 'typeorm';
import { ERASED_EMAIL } from '../audit';
import { inTransaction } from '../../../platform/db';
import { recordEvents, type DomainEvent } from '../../../platform/events';
import { globalId, keyOf } from '../../../platform/federation';

/**
 * Takes the person out of the orders and carts of an account that was erased. What was sold for how much stays, as tax
 * law asks. Harmless when it is done again.
 */
export async function forgetErasedAccount(database: DataSource, event: DomainEvent): Promise<void> {
  const userKey = keyOf('User', String(event.data['userId']));
  await inTransaction(database, async (tx) => {
    // First what is being ordered at this moment: it becomes an order without the person, or is one already, for the next statement.
    await tx.query(
      `UPDATE checkout SET draft = draft || jsonb_build_object('email', $2::text, 'shippingAddress', '{}'::jsonb, 'billingAddress', NULL, 'note', NULL)
       WHERE step IN ('STARTED', 'RESERVED', 'PAYING') AND (draft->>'userId')::integer = $1`,
      [userKey, ERASED_EMAIL],
    );
    const [orders] = await tx.query<[{ id: number }[], number]>(
      `UPDATE "order" SET email = $2, shipping_address = '{}', billing_address = NULL, note = NULL, cancelled_reason = NULL, version = version + 1, updated_at = now()
       WHERE user_id = $1 RETURNING id`,
      [userKey, ERASED_EMAIL],
    );
    const keys = orders.map(({ id }) => id);
    await tx.query(`UPDATE order_note SET text = '' WHERE order_id = ANY($1) AND text <> ''`, [keys]);
    await tx.query(`UPDATE refund SET reason = '' WHERE order_id = ANY($1) AND kind <> 'RETURN'`, [keys]);
    // The audit trail holds hashes of what people wrote, so it still holds.
    await tx.query(
      `UPDATE order_event SET data = data - 'reason'
       WHERE order_id = ANY($1) AND data ? 'reason' AND actor_kind <> 'SYSTEM' AND type <> 'RETURN_REQUESTED'`,
      [keys],
    );
    await tx.query('UPDATE order_return SET comment = NULL, answer = NULL WHERE order_id = ANY($1)', [keys]);
    await tx.query('UPDATE discount_use SET user_id = NULL, email_hash = NULL WHERE user_id = $1', [userKey]);
    await tx.query('DELETE FROM cart_line USING cart WHERE cart.id = cart_line.cart_id AND cart.user_id = $1', [userKey]);
    const touches = orders.map(({ id }) => ({ type: 'Order', id: globalId('Order', id) }));
    const key = globalId('User', userKey);
    await recordEvents(tx, [{ type: 'order.anonymised', key, touches, data: { userId: key } }]);
  });
}
