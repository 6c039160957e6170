import type { DomainEvent } from '../../../platform/events';
import { tryKeyOf } from '../../../platform/federation';
import { OrderStatus } from '../order';

/** What an event tells of an entry in the log of an order. */
export interface LogEntry {
  readonly orderKey: number;
  readonly sequence: number;
  readonly type: string;
  readonly from: OrderStatus | null;
  readonly status: OrderStatus;
  readonly at: Date;
}

/** `null` for an event that tells of no entry, such as that a person was taken out. */
export function logEntryOf({ type, at, data }: DomainEvent): LogEntry | null {
  if (type !== 'order.placed' && type !== 'order.status_changed') return null;
  const orderKey = tryKeyOf('Order', String(data['orderId']));
  if (orderKey === null) return null;
  return {
    orderKey,
    sequence: Number(data['sequence']),
    type: typeof data['type'] === 'string' ? data['type'] : OrderStatus.PLACED,
    from: statusOf(data['from']),
    status: statusOf(data['to']) ?? OrderStatus.PLACED,
    at: new Date(at),
  };
}

function statusOf(value: unknown): OrderStatus | null {
  return Object.values(OrderStatus).find((status) => status === value) ?? null;
}
