import type { DataSource, EntityManager } from 'typeorm';
import { decimalToMinor, minorToDecimal } from '../../../platform/db';
import type { Owner } from '../guest';
import { Cart, CartLine, MAX_QUANTITY } from './cart.entity';

type Handle = DataSource | EntityManager;

interface CartRow {
  id: number;
  user_id: number | null;
  guest_token_hash: string | null;
  status: Cart['status'];
  currency: string;
  discount_code: string | null;
  version: number;
  updated_at: Date;
  lines: { id: number; variantId: number; productId: number; quantity: number; seenPrice: string | null }[];
}

/** A line as it is to be written. */
export interface LineChange {
  readonly variantId: number;
  readonly productId: number;
  readonly quantity: number;
  readonly seenPriceMinor: number;
}

const WITH_LINES = `
  SELECT cart.*, COALESCE((
    SELECT jsonb_agg(jsonb_build_object('id', l.id, 'variantId', l.variant_id, 'productId', l.product_id, 'quantity', l.quantity,
      'seenPrice', l.seen_price::text) ORDER BY l.id)
    FROM cart_line l WHERE l.cart_id = cart.id), '[]') AS lines
  FROM cart`;

export async function readActiveCart(handle: Handle, owner: Owner): Promise<Cart | null> {
  const where = owner.userId === null ? 'guest_token_hash = $1' : 'user_id = $1';
  const rows = await handle.query<CartRow[]>(`${WITH_LINES} WHERE ${where} AND status = 'ACTIVE'`, [
    owner.userId ?? owner.guestTokenHash,
  ]);
  return rows[0] ? cartOf(rows[0]) : null;
}

/** The active carts of many customers, `null` for one without; in the order asked. */
export async function readActiveCartsOfUsers(handle: Handle, userIds: readonly number[]): Promise<(Cart | null)[]> {
  const rows = await handle.query<CartRow[]>(`${WITH_LINES} WHERE user_id = ANY($1) AND status = 'ACTIVE'`, [userIds]);
  const byUser = new Map(rows.map((row) => [row.user_id, cartOf(row)]));
  return userIds.map((userId) => byUser.get(userId) ?? null);
}

export async function readCarts(handle: Handle, keys: readonly number[]): Promise<(Cart | null)[]> {
  const rows = await handle.query<CartRow[]>(`${WITH_LINES} WHERE id = ANY($1)`, [keys]);
  const byKey = new Map(rows.map((row) => [row.id, cartOf(row)]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/**
 * Holds the owner's active cart until `tx` ends, made if there was none. The conflict arm locks the row, so that of
 * many first writes at once one makes the cart and the others wait for it.
 */
export async function lockOrMakeCart(tx: EntityManager, owner: Owner, currency: string): Promise<number> {
  const target =
    owner.userId === null
      ? "guest_token_hash) WHERE status = 'ACTIVE' AND guest_token_hash"
      : "user_id) WHERE status = 'ACTIVE' AND user_id";
  const [row] = await tx.query<{ id: number }[]>(
    `INSERT INTO cart (user_id, guest_token_hash, currency) VALUES ($1, $2, $3)
     ON CONFLICT (${target} IS NOT NULL DO UPDATE SET updated_at = cart.updated_at RETURNING id`,
    [owner.userId, owner.guestTokenHash, currency],
  );
  if (!row) throw new Error('a cart that was made was not returned');
  return row.id;
}

/** Holds the owner's active cart until `tx` ends; `null` when there is none. */
export async function lockCart(tx: EntityManager, owner: Owner): Promise<number | null> {
  const where = owner.userId === null ? 'guest_token_hash = $1' : 'user_id = $1';
  const rows = await tx.query<{ id: number }[]>(`SELECT id FROM cart WHERE ${where} AND status = 'ACTIVE' FOR UPDATE`, [
    owner.userId ?? owner.guestTokenHash,
  ]);
  return rows[0]?.id ?? null;
}

/** Adds to lines that are there, up to what a line may hold, and makes those that are not. */
export async function addLines(tx: EntityManager, cartId: number, lines: readonly LineChange[]): Promise<void> {
  await tx.query(
    `INSERT INTO cart_line AS l (cart_id, variant_id, product_id, quantity, seen_price)
     SELECT $1, n."variantId", n."productId", n.quantity, n."seenPrice"
     FROM jsonb_to_recordset($2::jsonb) AS n ("variantId" int, "productId" int, quantity int, "seenPrice" numeric)
     ON CONFLICT (cart_id, variant_id) DO UPDATE
       SET quantity = LEAST(l.quantity + EXCLUDED.quantity, ${MAX_QUANTITY}), seen_price = EXCLUDED.seen_price`,
    [
      cartId,
      JSON.stringify(lines.map(({ seenPriceMinor, ...line }) => ({ ...line, seenPrice: minorToDecimal(seenPriceMinor) }))),
    ],
  );
}

export async function setLine(tx: EntityManager, lineId: number, quantity: number, seenPriceMinor: number): Promise<void> {
  await tx.query('UPDATE cart_line SET quantity = $2, seen_price = $3::numeric WHERE id = $1', [
    lineId,
    quantity,
    minorToDecimal(seenPriceMinor),
  ]);
}

export async function removeLines(tx: EntityManager, cartId: number, lineIds: readonly number[] | null): Promise<void> {
  await tx.query('DELETE FROM cart_line WHERE cart_id = $1 AND ($2::int[] IS NULL OR id = ANY($2::int[]))', [cartId, lineIds]);
}

/** Puts a discount code on a cart, or takes it off by `null`. */
export async function setDiscountCode(tx: EntityManager, cartId: number, code: string | null): Promise<void> {
  await tx.query('UPDATE cart SET discount_code = $2 WHERE id = $1', [cartId, code]);
}

/** Counts a change of the cart. */
export async function touchCart(tx: EntityManager, cartId: number): Promise<void> {
  await tx.query('UPDATE cart SET version = version + 1, updated_at = clock_timestamp() WHERE id = $1', [cartId]);
}

function cartOf(row: CartRow): Cart {
  const lines = row.lines.map(({ seenPrice, ...line }) =>
    Object.assign(new CartLine(), line, {
      cartId: row.id,
      seenPriceMinor: seenPrice === null ? null : decimalToMinor(seenPrice),
    }),
  );
  return Object.assign(new Cart(), {
    id: row.id,
    userId: row.user_id,
    guestTokenHash: row.guest_token_hash,
    status: row.status,
    currency: row.currency,
    discountCode: row.discount_code,
    version: row.version,
    updatedAt: row.updated_at,
    lines,
  });
}
