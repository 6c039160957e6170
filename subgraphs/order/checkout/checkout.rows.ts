import type { DataSource, EntityManager } from 'typeorm';
import { LAZY_COMMIT } from '../../../platform/db';
import { HOLD_SECONDS, type HeldKey, type KeyOf } from '../../../platform/idempotency';
import type { Checkout, CheckoutDraft, CheckoutStep } from './checkout.entity';

type Handle = DataSource | EntityManager;

/** The parts of a checkout that its steps need. */
export type OpenCheckout = Pick<
  Checkout,
  'id' | 'viewer' | 'key' | 'cartId' | 'step' | 'reference' | 'draft' | 'holder' | 'confirmUntil'
>;

const COLUMNS = 'id, viewer, key, cart_id AS "cartId", step, reference, draft, holder, confirm_until AS "confirmUntil"';

/**
 * Begins a checkout, its first step written down: stock is about to be reserved. `null` while another one of the same cart is open, or when the cart is not any more what the draft
 * was made from: the lock lets a checkout that is ending finish first, so that no cart is ordered twice.
 */
export async function insertCheckout(
  handle: Handle,
  held: HeldKey,
  cartId: number,
  reference: string,
  draft: CheckoutDraft,
): Promise<OpenCheckout | null> {
  const rows = await handle.query<OpenCheckout[]>(
    `INSERT INTO checkout (viewer, key, cart_id, step, reference, draft, holder, held_until)
     SELECT $1, $2, cart.id, 'RESERVED', $4, $5::jsonb, $6::uuid, now() + interval '${HOLD_SECONDS} seconds'
     FROM (SELECT id FROM cart WHERE id = $3 AND status = 'ACTIVE' AND version = $7 FOR UPDATE) AS cart
     ON CONFLICT (cart_id) WHERE step IN ('STARTED', 'RESERVED', 'PAYING') DO NOTHING RETURNING ${COLUMNS}`,
    [held.viewer, held.key, cartId, reference, JSON.stringify(draft), held.holder, draft.cartVersion],
  );
  return rows[0] ?? null;
}

/**
 * Writes the next step down; `false` when somebody else has taken over, and this process must let go. A closed checkout
 * forgets its draft, which holds a name and an address. PAYING need not be on disk by itself: the payment's own record
 * follows it there before the provider is asked.
 */
export async function moveCheckout(handle: Handle, checkout: OpenCheckout, to: CheckoutStep): Promise<boolean> {
  const [moved] = await handle.query<[unknown[], number]>(
    `UPDATE checkout SET step = $3, updated_at = now(), draft = CASE WHEN $3 = 'UNDONE' THEN '{}' ELSE draft END
     WHERE id = $1 AND holder = $2 AND step IN ('STARTED', 'RESERVED', 'PAYING') AND ($3 <> 'PAYING' OR ${LAZY_COMMIT}) RETURNING 1`,
    [checkout.id, checkout.holder, to],
  );
  return moved.length > 0;
}

/**
 * The draft of a checkout that is open and still the holder's, else `null`. Waits for a transaction that is moving it:
 * after a lost answer to a commit, that one may yet make the order.
 */
export async function lockDraft(handle: Handle, checkout: OpenCheckout): Promise<CheckoutDraft | null> {
  const [found] = await handle.query<{ draft: CheckoutDraft }[]>(
    `SELECT draft FROM checkout WHERE id = $1 AND holder = $2 AND step IN ('STARTED', 'RESERVED', 'PAYING') FOR UPDATE`,
    [checkout.id, checkout.holder],
  );
  return found?.draft ?? null;
}

/**
 * Like {@link lockDraft}, the cart first, as whoever begins a checkout does: two orders of locking would be a deadlock.
 * What is read is what is written now, whoever held the rows before.
 */
export async function lockCartAndDraft(tx: EntityManager, checkout: OpenCheckout): Promise<CheckoutDraft | null> {
  const [found] = await tx.query<{ draft: CheckoutDraft }[]>(
    `SELECT c.draft FROM (SELECT id FROM cart WHERE id = $3 FOR UPDATE) AS held JOIN checkout c ON c.cart_id = held.id
     WHERE c.id = $1 AND c.holder = $2 AND c.step IN ('STARTED', 'RESERVED', 'PAYING') FOR UPDATE OF c`,
    [checkout.id, checkout.holder, checkout.cartId],
  );
  return found?.draft ?? null;
}

/** Takes over checkouts that their holder left behind: the one of a request, or any. */
export async function takeOver(
  handle: Handle,
  holder: string,
  limit: number,
  of: Pick<KeyOf, 'viewer' | 'key'> | null,
): Promise<OpenCheckout[]> {
  const [taken] = await handle.query<[OpenCheckout[], number]>(
    `UPDATE checkout SET holder = $1, held_until = now() + interval '${HOLD_SECONDS} seconds' WHERE id IN (
       SELECT id FROM checkout WHERE step IN ('STARTED', 'RESERVED', 'PAYING')
         AND (($3::text IS NULL AND held_until < now()) OR (viewer = $3 AND key = $4))
       ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING ${COLUMNS}`,
    [holder, limit, of?.viewer ?? null, of?.key ?? null],
  );
  return taken;
}

/**
 * Leaves a checkout, stock held, to the shopper who confirms the payment at the bank: until then nobody looks after it.
 * The time runs from the first asking. `null` when somebody else has taken it over.
 */
export async function leaveToShopper(handle: Handle, { id, holder }: OpenCheckout, seconds: number): Promise<Date | null> {
  const [left] = await handle.query<[{ until: Date }[], number]>(
    `UPDATE checkout SET updated_at = now(), confirm_until = COALESCE(confirm_until, now() + make_interval(secs => $3)),
       held_until = COALESCE(confirm_until, now() + make_interval(secs => $3))
     WHERE id = $1 AND holder = $2 AND step = 'PAYING' RETURNING confirm_until AS until`,
    [id, holder, seconds],
  );
  return left[0]?.until ?? null;
}

/** The request of a checkout that is left to its shopper: by the cart or by the reference. */
export async function findLeftToShopper(
  handle: Handle,
  by: { readonly cartId: number } | { readonly reference: string },
): Promise<Pick<KeyOf, 'viewer' | 'key'> | null> {
  const [cartId, reference] = 'cartId' in by ? [by.cartId, null] : [null, by.reference];
  const [found] = await handle.query<Pick<KeyOf, 'viewer' | 'key'>[]>(
    `SELECT viewer, key FROM checkout WHERE (cart_id = $1::integer OR reference = $2::text) AND step = 'PAYING' AND confirm_until IS NOT NULL`,
    [cartId, reference],
  );
  return found ?? null;
}

/** Which of these references are those of open checkouts. */
export async function openReferences(handle: Handle, references: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await handle.query<{ reference: string }[]>(
    `SELECT reference FROM checkout WHERE reference = ANY($1) AND step IN ('STARTED', 'RESERVED', 'PAYING')`,
    [references],
  );
  return new Set(rows.map(({ reference }) => reference));
}
