import { registerEnumType } from 'type-graphql';
import type { DomainEvent } from '../../../platform/events';

/** What a back office can be told of. */
export const WebhookTopic = {
  ORDER_PLACED: 'ORDER_PLACED',
  ORDER_PAID: 'ORDER_PAID',
  ORDER_SHIPPED: 'ORDER_SHIPPED',
  ORDER_DELIVERED: 'ORDER_DELIVERED',
  ORDER_CANCELLED: 'ORDER_CANCELLED',
  ORDER_REFUNDED: 'ORDER_REFUNDED',
  ORDER_UPDATED: 'ORDER_UPDATED',
  PRODUCT_CHANGED: 'PRODUCT_CHANGED',
  CATEGORY_CHANGED: 'CATEGORY_CHANGED',
  STOCK_CHANGED: 'STOCK_CHANGED',
} as const;
export type WebhookTopic = (typeof WebhookTopic)[keyof typeof WebhookTopic];

registerEnumType(WebhookTopic, {
  name: 'WebhookTopic',
  description: 'What an endpoint is told of. More values may come: have a default branch.',
  valuesConfig: {
    ORDER_PLACED: { description: '"order.placed": an order was made.' },
    ORDER_PAID: { description: '"order.paid": the money of an order is taken.' },
    ORDER_SHIPPED: { description: '"order.shipped": an order, or a part of it, left.' },
    ORDER_DELIVERED: { description: '"order.delivered": an order arrived.' },
    ORDER_CANCELLED: { description: '"order.cancelled": an order was called off.' },
    ORDER_REFUNDED: { description: '"order.refunded": money of an order went back.' },
    ORDER_UPDATED: { description: '"order.updated": any other entry in the log of an order.' },
    PRODUCT_CHANGED: { description: '"product.changed": a product was made, changed or removed.' },
    CATEGORY_CHANGED: { description: '"category.changed": a category was made, changed or removed.' },
    STOCK_CHANGED: { description: '"stock.changed": how many of a product can be sold changed.' },
  },
});

/** The topics of the bus that the endpoints' topics come from. */
export const WEBHOOK_SOURCES = ['order', 'product', 'category', 'stock'] as const;

/** How a topic is called in a delivery's `type`. */
export function typeOf(topic: WebhookTopic): string {
  return topic.toLowerCase().replace('_', '.');
}

const TOPIC_OF_ENTRY: Readonly<Record<string, WebhookTopic>> = {
  PAID: 'ORDER_PAID',
  PAYMENT_CAPTURED: 'ORDER_PAID',
  SHIPPED: 'ORDER_SHIPPED',
  PARTIALLY_SHIPPED: 'ORDER_SHIPPED',
  DELIVERED: 'ORDER_DELIVERED',
  CANCELLED: 'ORDER_CANCELLED',
  PAYMENT_REFUNDED: 'ORDER_REFUNDED',
  PAYMENT_PARTIALLY_REFUNDED: 'ORDER_REFUNDED',
};

/** The one topic that an event is told under; `null` for what stays inside. */
export function topicOfEvent({ type, data }: DomainEvent): WebhookTopic | null {
  switch (type) {
    case 'order.placed':
      return 'ORDER_PLACED';
    case 'order.status_changed': {
      const entry = String(data['type']);
      return (Object.hasOwn(TOPIC_OF_ENTRY, entry) ? TOPIC_OF_ENTRY[entry] : undefined) ?? 'ORDER_UPDATED';
    }
    case 'product.changed':
      return 'PRODUCT_CHANGED';
    case 'category.changed':
      return 'CATEGORY_CHANGED';
    case 'stock.changed':
      return 'STOCK_CHANGED';
    default:
      return null;
  }
}

/** The body of a delivery: a CloudEvent in JSON. Who the customer is stays out; whoever may know asks for the order. */
export function bodyOf(event: Pick<DomainEvent, 'id' | 'key' | 'at' | 'data'>, type: string, source: string): string {
  const { userId: _userId, ...data } = event.data;
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source,
    type,
    subject: event.key,
    time: event.at,
    datacontenttype: 'application/json',
    data,
  });
}
