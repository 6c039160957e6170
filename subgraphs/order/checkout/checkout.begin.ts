import type { DataSource } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import type { HeldKey } from '../../../platform/idempotency';
import { takeDiscount, type DiscountRefusal } from '../discount';
import type { CheckoutDraft } from './checkout.entity';
import { insertCheckout, type OpenCheckout } from './checkout.rows';

class DiscountNotTaken extends Error {
  constructor(readonly refusal: DiscountRefusal) {
    super(`the discount code is ${refusal}`);
  }
}

/**
 * Begins a checkout and takes the discount code of its draft, both or neither: a use that nobody's checkout stands for
 * would never be given back. Answers `null` as {@link insertCheckout} does, and why the code cannot be taken.
 */
export async function beginCheckout(
  database: DataSource,
  held: HeldKey,
  cartId: number,
  reference: string,
  draft: CheckoutDraft,
): Promise<OpenCheckout | { readonly refusal: DiscountRefusal } | null> {
  const { discount, userId, email } = draft;
  if (!discount) return insertCheckout(database, held, cartId, reference, draft);
  try {
    return await inTransaction(database, async (tx) => {
      const checkout = await insertCheckout(tx, held, cartId, reference, draft);
      const refusal = checkout && (await takeDiscount(tx, discount, { reference, userId, email }));
      if (refusal) throw new DiscountNotTaken(refusal);
      return checkout;
    });
  } catch (error) {
    if (error instanceof DiscountNotTaken) return { refusal: error.refusal };
    throw error;
  }
}
