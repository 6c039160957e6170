import type { DomainEvent } from '../../../platform/events';
import { tryKeyOf } from '../../../platform/federation';
import type { NoticeTemplate } from './notice.entity';

/** A mail that is to be written about something that happened. */
export interface NewNotice {
  readonly fact: string;
  readonly template: NoticeTemplate;
  readonly subjectKey: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Entries of an order's log that its customer hears of. Others are steps on the way, or told by one of these. */
const TEMPLATE_OF_ENTRY: Readonly<Record<string, NoticeTemplate>> = {
  SHIPPED: 'ORDER_SHIPPED',
  PARTIALLY_SHIPPED: 'ORDER_SHIPPED',
  DELIVERED: 'ORDER_DELIVERED',
  CANCELLED: 'ORDER_CANCELLED',
  REST_CANCELLED: 'REST_CANCELLED',
  PAYMENT_REFUNDED: 'ORDER_REFUNDED',
  PAYMENT_PARTIALLY_REFUNDED: 'ORDER_REFUNDED',
  RETURN_APPROVED: 'RETURN_APPROVED',
  RETURN_REFUSED: 'RETURN_REFUSED',
  RETURN_RECEIVED: 'ORDER_RETURNED',
  PAYMENT_FAILED: 'PAYMENT_FAILED',
};

/** What people are told of an event; `null` when it is no news to anybody. */
export function noticeOf(event: DomainEvent): NewNotice | null {
  if (event.type === 'cart.abandoned') return ofCart(event);
  const template = event.type === 'order.placed' ? 'ORDER_PLACED' : templateOf(event);
  const { orderId, sequence } = event.data;
  const subjectKey = tryKeyOf('Order', String(orderId));
  if (!template || subjectKey === null || typeof sequence !== 'number') return null;
  return { fact: `${String(orderId)}.${sequence}`, template, subjectKey, data: { sequence } };
}

function templateOf({ type, data }: DomainEvent): NoticeTemplate | undefined {
  if (type !== 'order.status_changed') return undefined;
  const entry = String(data['type']);
  return Object.hasOwn(TEMPLATE_OF_ENTRY, entry) ? TEMPLATE_OF_ENTRY[entry] : undefined;
}

function ofCart({ data }: DomainEvent): NewNotice | null {
  const cartId = String(data['cartId']);
  const subjectKey = tryKeyOf('Cart', cartId);
  return subjectKey === null ? null : { fact: `${cartId}.abandoned`, template: 'CART_REMINDER', subjectKey, data: {} };
}
