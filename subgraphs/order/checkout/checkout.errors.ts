import { createUnionType, Field, ObjectType } from 'type-graphql';
import { Money, UserError } from '../../../platform/federation';
import { CartVersionConflict, InsufficientStock, VariantNotForSale } from '../cart';
import { DiscountCodeInvalid } from '../discount';
import { IdempotencyKeyReused } from '../../../platform/idempotency';
import type { PaymentAction } from '../payment';
import { ProductVariant } from '../reference';
import { ShippingMethodUnavailable } from '../shipping';

@ObjectType('CartEmpty', { implements: UserError, description: 'There is nothing in your cart; perhaps it was ordered already.' })
export class CartEmpty extends UserError {
  static make(): CartEmpty {
    return Object.assign(new CartEmpty(), { code: 'CART_EMPTY', message: 'There is nothing in your cart', path: null });
  }
}

@ObjectType('PriceChanged', {
  implements: UserError,
  description: 'The total is not the one that you expected. Show the new one and ask again.',
})
export class PriceChanged extends UserError {
  @Field(() => Money, { description: 'What you sent as expectedTotal.' })
  expected: Money;

  @Field(() => Money, { description: 'What it comes to now.' })
  actual: Money;

  static make(expectedMinor: number, actualMinor: number, currency: string): PriceChanged {
    const expected = Money.ofMinor(expectedMinor, currency);
    const actual = Money.ofMinor(actualMinor, currency);
    const message = `The total is now ${actual.amount} ${currency}, not ${expected.amount}`;
    return Object.assign(new PriceChanged(), {
      code: 'PRICE_CHANGED',
      message,
      path: ['input', 'expectedTotal'],
      expected,
      actual,
    });
  }
}

@ObjectType('PaymentDeclined', {
  implements: UserError,
  description: 'The card was refused. Nothing was ordered; try another card with a new key.',
})
export class PaymentDeclined extends UserError {
  @Field(() => String, { description: 'Why, such as "card_declined" or "insufficient_funds".' })
  declineCode: string;

  static make(declineCode: string): PaymentDeclined {
    const message = 'The payment was declined; try another one with a new idempotency key';
    return Object.assign(new PaymentDeclined(), {
      code: 'PAYMENT_DECLINED',
      message,
      path: ['input', 'paymentToken'],
      declineCode,
    });
  }
}

@ObjectType('PaymentActionRequired', {
  implements: UserError,
  description:
    'The bank wants the shopper to confirm the payment (3-D Secure). The stock stays held: send the shopper there, then send the same request with the same key again. The order is made even if nobody does.',
})
export class PaymentActionRequired extends UserError {
  @Field(() => String, {
    nullable: true,
    description:
      "The bank's page to send the shopper to; null when the payment provider's own library shows it, by the client secret.",
  })
  redirectUrl: string | null;

  @Field(() => String, { description: "For the payment provider's library in the browser; for this payment alone." })
  clientSecret: string;

  @Field(() => Date, { description: 'Until when the shopper may confirm; then the stock is given back.' })
  expiresAt: Date;

  static make({ redirectUrl, clientSecret }: PaymentAction, expiresAt: Date): PaymentActionRequired {
    return Object.assign(new PaymentActionRequired(), {
      code: 'PAYMENT_ACTION_REQUIRED',
      message: 'The bank asks the shopper to confirm; do that, then send the same request again',
      path: ['input', 'paymentToken'],
      redirectUrl,
      clientSecret,
      expiresAt,
    });
  }
}

@ObjectType('CheckoutInProgress', {
  implements: UserError,
  description: 'This cart is being ordered right now; send the same request again in a moment.',
})
export class CheckoutInProgress extends UserError {
  static make(): CheckoutInProgress {
    const message = 'This cart is being ordered right now; send the same request again in a moment';
    return Object.assign(new CheckoutInProgress(), { code: 'CHECKOUT_IN_PROGRESS', message, path: null });
  }
}

@ObjectType('InvalidAddress', { implements: UserError, description: 'A part of an address is missing or wrong.' })
export class InvalidAddress extends UserError {
  @Field(() => String, { description: 'What is allowed there.' })
  allowed: string;

  static make(path: string[], allowed: string): InvalidAddress {
    return Object.assign(new InvalidAddress(), { code: 'INVALID_ADDRESS', message: `${path.at(-1)} ${allowed}`, path, allowed });
  }
}

@ObjectType('EmailRequired', { implements: UserError, description: 'A guest order needs a valid e-mail address.' })
export class EmailRequired extends UserError {
  static make(): EmailRequired {
    return Object.assign(new EmailRequired(), {
      code: 'EMAIL_REQUIRED',
      message: 'A valid e-mail address is needed',
      path: ['input', 'email'],
    });
  }
}

const FAILURES = [
  CartEmpty,
  InsufficientStock,
  VariantNotForSale,
  DiscountCodeInvalid,
  ShippingMethodUnavailable,
  PriceChanged,
  PaymentDeclined,
  PaymentActionRequired,
  CartVersionConflict,
  IdempotencyKeyReused,
  CheckoutInProgress,
  InvalidAddress,
  EmailRequired,
] as const;

export type PlaceOrderFailure = InstanceType<(typeof FAILURES)[number]>;

export const PlaceOrderError = createUnionType({
  name: 'PlaceOrderError',
  description: 'Why no order was placed.',
  types: () => FAILURES,
});

/** A failure as it is stored, to be answered again: its class by name and its fields as JSON. */
export interface StoredFailure {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function storedFailure(failure: PlaceOrderFailure): StoredFailure {
  return { type: failure.constructor.name, fields: { ...failure } };
}

/** Makes the failure that was stored; what it refers to becomes an instance again, by which GraphQL knows its type. */
export function revivedFailure({ type, fields }: StoredFailure): PlaceOrderFailure {
  const failure = FAILURES.find((candidate) => candidate.name === type);
  if (!failure) throw new Error(`a stored failure has the unknown type ${type}`);
  const variant = fields['variant'] ? { variant: Object.assign(new ProductVariant(), fields['variant']) } : {};
  return Object.assign(new failure(), fields, variant) as PlaceOrderFailure;
}
