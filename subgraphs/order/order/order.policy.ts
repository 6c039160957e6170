import { hasScope, type Viewer } from '../../../platform/auth';
import { hashOfGuestToken } from '../guest';
import type { Order } from './order.entity';
import { mayAct, OrderAction } from './order.transitions';

/** Who may know of an order: its customer, the holder of its guest token, staff that reads orders, our own processes. */
export function maySee(viewer: Viewer, order: Order): boolean {
  return owns(viewer, order) || hasScope(viewer, 'orders:read') || viewer.kind === 'service';
}

/** Who may list a customer's orders. */
export function maySeeOrdersOf(viewer: Viewer, userId: number): boolean {
  return viewer.userId === userId || hasScope(viewer, 'orders:read') || viewer.kind === 'service';
}

/** Staff does everything that the status allows; its owner may cancel until it is packed, and ask to send goods back. */
export function mayDo(viewer: Viewer, action: OrderAction, order: Order): boolean {
  if (!mayAct(order.status, action)) return false;
  if (action === 'REFUND_PART' && !isTaken(order)) return false;
  // Goods that nobody pays for stay on the shelf; what has left already can still be delivered or come back.
  if ((action === 'PACK' || action === 'SHIP') && order.paymentStatus === 'FAILED') return false;
  if (hasScope(viewer, 'orders:write')) return true;
  if (!owns(viewer, order)) return false;
  return action === 'RETURN' || (action === 'CANCEL' && (order.status === 'PLACED' || order.status === 'PAID'));
}

function isTaken({ paymentStatus }: Order): boolean {
  return paymentStatus === 'PAID' || paymentStatus === 'PARTIALLY_REFUNDED';
}

export function allowedActions(viewer: Viewer, order: Order): OrderAction[] {
  return Object.values(OrderAction).filter((action) => mayDo(viewer, action, order));
}

export function owns(viewer: Viewer, order: Order): boolean {
  if (order.userId !== null) return viewer.userId === order.userId;
  return order.guestTokenHash !== null && order.guestTokenHash === hashOfGuestToken(viewer.guestToken);
}
