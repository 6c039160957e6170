import { registerEnumType } from 'type-graphql';
import { FulfilmentStatus, OrderStatus } from './order.status';

/** The life of an order: from each status, where it may go. The database refuses everything else as well. */
export const TRANSITIONS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PLACED: ['PAID', 'PACKED', 'CANCELLED'],
  PAID: ['PACKED', 'CANCELLED'],
  PACKED: ['PARTIALLY_SHIPPED', 'SHIPPED', 'CANCELLED'],
  PARTIALLY_SHIPPED: ['SHIPPED', 'DELIVERED'],
  SHIPPED: ['DELIVERED', 'REFUNDED'],
  DELIVERED: ['REFUNDED'],
  CANCELLED: [],
  REFUNDED: [],
};

export const OrderAction = {
  CANCEL: 'CANCEL',
  PACK: 'PACK',
  SHIP: 'SHIP',
  DELIVER: 'DELIVER',
  REFUND: 'REFUND',
  REFUND_PART: 'REFUND_PART',
  RETURN: 'RETURN',
} as const;
export type OrderAction = (typeof OrderAction)[keyof typeof OrderAction];
registerEnumType(OrderAction, {
  name: 'OrderAction',
  description: 'What can be done with an order. More values may come: have a default branch.',
  valuesConfig: {
    CANCEL: { description: 'Call it off before it leaves, or the part that has not left: cancelOrder.' },
    PACK: { description: 'Pack it: packOrder.' },
    SHIP: { description: 'Hand it, or a part of it, to the carrier: shipOrder.' },
    DELIVER: { description: 'Say that it, or one of its parcels, arrived: deliverOrder.' },
    REFUND: { description: 'Give the money back after it left: refundOrder.' },
    REFUND_PART: { description: 'Give a part of the money back: refundPartially.' },
    RETURN: { description: 'Ask to send goods back: requestReturn.' },
  },
});

/** What can be done in each status, and where it may lead; a status of its own stays as it is. Exhaustive, and checked at start. */
export const ACTIONS: Readonly<Record<OrderStatus, Partial<Record<OrderAction, readonly OrderStatus[]>>>> = {
  PLACED: { CANCEL: ['CANCELLED'], PACK: ['PACKED'] },
  PAID: { CANCEL: ['CANCELLED'], PACK: ['PACKED'], REFUND_PART: ['PAID'] },
  PACKED: { CANCEL: ['CANCELLED'], SHIP: ['PARTIALLY_SHIPPED', 'SHIPPED'], REFUND_PART: ['PACKED'] },
  PARTIALLY_SHIPPED: {
    CANCEL: ['SHIPPED', 'DELIVERED'],
    SHIP: ['PARTIALLY_SHIPPED', 'SHIPPED'],
    DELIVER: ['PARTIALLY_SHIPPED'],
    REFUND_PART: ['PARTIALLY_SHIPPED'],
    RETURN: ['PARTIALLY_SHIPPED'],
  },
  SHIPPED: { DELIVER: ['SHIPPED', 'DELIVERED'], REFUND: ['REFUNDED'], REFUND_PART: ['SHIPPED'], RETURN: ['SHIPPED'] },
  DELIVERED: { REFUND: ['REFUNDED'], REFUND_PART: ['DELIVERED'], RETURN: ['DELIVERED'] },
  CANCELLED: {},
  REFUNDED: {},
};

/** Where an action leads, for saying what was refused. */
export const TARGET_OF: Readonly<Record<OrderAction, OrderStatus | null>> = {
  CANCEL: 'CANCELLED',
  PACK: 'PACKED',
  SHIP: 'SHIPPED',
  DELIVER: 'DELIVERED',
  REFUND: 'REFUNDED',
  REFUND_PART: null,
  RETURN: null,
};

export function mayAct(status: OrderStatus, action: OrderAction): boolean {
  return ACTIONS[status][action] !== undefined;
}

function mayGo(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** The goods' own axis after a change of status; unchanged where money alone moved. */
export function fulfilmentAfter(to: OrderStatus, before: FulfilmentStatus): FulfilmentStatus {
  switch (to) {
    case 'PACKED':
    case 'PARTIALLY_SHIPPED':
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
  const lost = impossibleActions();
  if (unreachable.length + missing.length + theirs.size + lost.length === 0) return;
  throw new Error(
    `the table of order transitions is wrong: unreachable [${unreachable.join()}], not in the database [${missing.join()}], only there [${[...theirs].join()}], actions that lead nowhere [${lost.join()}]`,
  );
}

function impossibleActions(): string[] {
  return Object.values(OrderStatus).flatMap((from) =>
    Object.entries(ACTIONS[from]).flatMap(([action, targets]) =>
      targets.filter((to) => to !== from && !mayGo(from, to)).map((to) => `${from}>${to} by ${action}`),
    ),
  );
}
