import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { MAX_QUANTITY } from './cart.entity';
import { lockOrMakeCart, setDiscountCode, touchCart } from './cart.rows';

/**
 * Adds a guest's cart to a customer's. Quantities are added, up to what a line may hold; no line of either is lost, even
 * where the sum has more lines than may be put in by hand. The guest's discount code, entered last, goes before the
 * customer's. The guest's cart keeps its lines as a record. Done twice, or
 * by two requests at once, it adds once: the second finds no active guest cart.
 */
export async function mergeGuestCart(
  database: DataSource,
  userId: number,
  guestTokenHash: string,
  currency: string,
): Promise<void> {
  // Nearly every request finds nothing to merge: one read, without a transaction.
  const waiting = await database.query<unknown[]>(`SELECT 1 FROM cart WHERE guest_token_hash = $1 AND status = 'ACTIVE'`, [
    guestTokenHash,
  ]);
  if (waiting.length === 0) return;
  await inTransaction(database, async (tx) => {
    const [merged] = await tx.query<[{ id: number; discount_code: string | null }[], number]>(
      `UPDATE cart SET status = 'MERGED', updated_at = clock_timestamp() WHERE guest_token_hash = $1 AND status = 'ACTIVE' RETURNING id, discount_code`,
      [guestTokenHash],
    );
    const guestCart = merged[0];
    if (!guestCart) return;
    const cartId = await lockOrMakeCart(tx, { userId, guestTokenHash: null }, currency);
    await tx.query(
      `INSERT INTO cart_line AS l (cart_id, variant_id, product_id, quantity, seen_price)
       SELECT $1, g.variant_id, g.product_id, g.quantity, g.seen_price FROM cart_line g WHERE g.cart_id = $2 ORDER BY g.id
       ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = LEAST(l.quantity + EXCLUDED.quantity, ${MAX_QUANTITY})`,
      [cartId, guestCart.id],
    );
    if (guestCart.discount_code !== null) await setDiscountCode(tx, cartId, guestCart.discount_code);
    await touchCart(tx, cartId);
  });
}
