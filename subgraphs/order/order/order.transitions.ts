import { registerEnumType } from 'type-graphql';
import { FulfilmentStatus, OrderStatus } from './order.status';

/** The life of an order: from each status, where it may go. The database refuses everything else as well. */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PLACED: ['PAID', 'PACKED', 'CANCELLED'],
  PAID: ['PACKED', 'CANCELLED'],
  PACKED: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED', 'REFUNDED'],
  DELIVERED: ['REFUNDED'],
  CANCELLED: [],
  REFUNDED: [],
};

export const OrderAction = { CANCEL: 'CANCEL', PACK: 'PACK', SHIP: 'SHIP', DELIVER: 'DELIVER', REFUND: 'REFUND' } as const;
export type OrderAction = (typeof OrderAction)[keyof typeof OrderAction];
registerEnumType(OrderAction, {
  name: 'OrderAction',
  description: 'What can be done with an order. More values may come: have a default branch.',
  valuesConfig: {
    CANCEL: { description: 'Call it off before it leaves: cancelOrder.' },
    PACK: { description: 'Pack it: packOrder.' },
    SHIP: { description: 'Hand it to the carrier: shipOrder.' },
    DELIVER: { description: 'Say that it arrived: deliverOrder.' },
    REFUND: { description: 'Give the money back after it left: refundOrder.' },
  },
});

/** Where each action leads. */
export const TARGET_OF: Readonly<Record<OrderAction, OrderStatus>> = {
  CANCEL: 'CANCELLED',
  PACK: 'PACKED',
  SHIP: 'SHIPPED',
  DELIVER: 'DELIVERED',
  REFUND: 'REFUNDED',
};

export function mayGo(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** The goods' own axis after a change of status; unchanged where money alone moved. */
export function fulfilmentAfter(to: OrderStatus, before: FulfilmentStatus): FulfilmentStatus {
  switch (to) {
    case 'PACKED':
    case 'SHIPPED':
    case 'DELIVERED':
      return to;
    case 'CANCELLED':
      return 'UNFULFILLED';
    case 'PLACED':
    case 'PAID':
    case 'REFUNDED':
      return before;
  }
}

/** @throws Error listing what is wrong with the table, or where the database's copy differs from it */
export function checkTransitions(stored: readonly { from_status: string; to_status: string }[]): void {
  const reached = new Set<OrderStatus>(['PLACED']);
  for (const from of reached) for (const to of TRANSITIONS[from]) reached.add(to);
  const unreachable = Object.values(OrderStatus).filter((status) => !reached.has(status));
  const ours = Object.values(OrderStatus).flatMap((from) => TRANSITIONS[from].map((to) => `${from}>${to}`));
  const theirs = new Set(stored.map((row) => `${row.from_status}>${row.to_status}`));
  const missing = ours.filter((step) => !theirs.delete(step));
  if (unreachable.length + missing.length + theirs.size === 0) return;
  throw new Error(
    `the table of order transitions is wrong: unreachable [${unreachable.join()}], not in the database [${missing.join()}], only there [${[...theirs].join()}]`,
  );
}
