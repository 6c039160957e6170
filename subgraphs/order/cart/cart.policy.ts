import type { Viewer } from '../../../platform/auth';
import { hashOfGuestToken } from '../guest';
import type { Cart } from './cart.entity';

/** A cart is its owner's alone; not even staff looks into it. */
export function maySeeCart(viewer: Viewer, cart: Cart): boolean {
  if (viewer.kind === 'service') return true;
  if (cart.userId !== null) return viewer.userId === cart.userId;
  return cart.guestTokenHash !== null && cart.guestTokenHash === hashOfGuestToken(viewer.guestToken);
}
