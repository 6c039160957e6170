import { registerEnumType } from 'type-graphql';

export const OrderStatus = {
  PLACED: 'PLACED',
  PAID: 'PAID',
  PACKED: 'PACKED',
  PARTIALLY_SHIPPED: 'PARTIALLY_SHIPPED',
  SHIPPED: 'SHIPPED',
  DELIVERED: 'DELIVERED',
  CANCELLED: 'CANCELLED',
  REFUNDED: 'REFUNDED',
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

export const PaymentStatus = {
  PENDING: 'PENDING',
  AUTHORIZED: 'AUTHORIZED',
  PAID: 'PAID',
  PARTIALLY_REFUNDED: 'PARTIALLY_REFUNDED',
  REFUNDED: 'REFUNDED',
  VOIDED: 'VOIDED',
  FAILED: 'FAILED',
} as const;
export type PaymentStatus = (typeof PaymentStatus)[keyof typeof PaymentStatus];

export const FulfilmentStatus = {
  UNFULFILLED: 'UNFULFILLED',
  PACKED: 'PACKED',
  PARTIALLY_SHIPPED: 'PARTIALLY_SHIPPED',
  SHIPPED: 'SHIPPED',
  PARTIALLY_DELIVERED: 'PARTIALLY_DELIVERED',
  DELIVERED: 'DELIVERED',
  PARTIALLY_RETURNED: 'PARTIALLY_RETURNED',
  RETURNED: 'RETURNED',
} as const;
export type FulfilmentStatus = (typeof FulfilmentStatus)[keyof typeof FulfilmentStatus];

export const ShippingMethod = { STANDARD: 'STANDARD', EXPRESS: 'EXPRESS', NONE: 'NONE', OTHER: 'OTHER' } as const;
export type ShippingMethod = (typeof ShippingMethod)[keyof typeof ShippingMethod];

/** A shop's own ways of shipping are `OTHER` to clients that know these alone. */
export function asShippingMethod(code: string): ShippingMethod {
  return Object.values(ShippingMethod).find((known) => known === code) ?? 'OTHER';
}

registerEnumType(OrderStatus, {
  name: 'OrderStatus',
  description: 'Where an order stands. More values may come: have a default branch.',
  valuesConfig: {
    PLACED: { description: 'Taken; the money is held, not yet taken.' },
    PAID: { description: 'The money is taken.' },
    PACKED: { description: 'Ready to leave.' },
    PARTIALLY_SHIPPED: { description: 'Some of it is on its way; the rest is still to leave, or to be called off.' },
    SHIPPED: { description: 'All of it is on its way, or all that was not called off.' },
    DELIVERED: { description: 'With the customer.' },
    CANCELLED: { description: 'Called off before it left; the money goes back.' },
    REFUNDED: { description: 'Called off after it left; the money goes back.' },
  },
});
registerEnumType(PaymentStatus, {
  name: 'PaymentStatus',
  description: 'Where the money of an order stands.',
  valuesConfig: {
    PENDING: { description: 'Nothing is held or taken yet.' },
    AUTHORIZED: { description: 'The amount is held on the card.' },
    PAID: { description: 'The amount is taken.' },
    PARTIALLY_REFUNDED: { description: 'The amount was taken and a part of it given back.' },
    REFUNDED: { description: 'The amount was given back.' },
    VOIDED: { description: 'The hold was let go; nothing was taken.' },
    FAILED: { description: 'The amount could not be taken: nothing more of it leaves, call it off.' },
  },
});
registerEnumType(FulfilmentStatus, {
  name: 'FulfilmentStatus',
  description: 'Where the goods of an order stand.',
  valuesConfig: {
    UNFULFILLED: { description: 'Still in the warehouse.' },
    PACKED: { description: 'Packed, waiting for the carrier.' },
    PARTIALLY_SHIPPED: { description: 'Some of it is with a carrier, the rest in the warehouse.' },
    SHIPPED: { description: 'With the carrier.' },
    PARTIALLY_DELIVERED: { description: 'Some of it is with the customer.' },
    DELIVERED: { description: 'With the customer.' },
    PARTIALLY_RETURNED: { description: 'Some of it came back.' },
    RETURNED: { description: 'All of it came back.' },
  },
});
registerEnumType(ShippingMethod, {
  name: 'ShippingMethod',
  description: 'How an order travels.',
  valuesConfig: {
    STANDARD: { description: 'Within a few days.' },
    EXPRESS: { description: 'By the next working day, for a higher price.' },
    NONE: { description: 'Nothing in the order needs shipping.' },
    OTHER: { description: 'A way of this shop alone; shippingMethodCode says which.' },
  },
});
