import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { minorToDecimal } from '../../../platform/db';
import type { Offer } from '../stock';
import { CartLine, type Cart } from './cart.entity';

export const CartWarningCode = {
  PRICE_CHANGED: 'PRICE_CHANGED',
  QUANTITY_REDUCED: 'QUANTITY_REDUCED',
  NOT_ENOUGH_STOCK: 'NOT_ENOUGH_STOCK',
  NO_LONGER_SOLD: 'NO_LONGER_SOLD',
} as const;
export type CartWarningCode = (typeof CartWarningCode)[keyof typeof CartWarningCode];
registerEnumType(CartWarningCode, {
  name: 'CartWarningCode',
  description: 'What a customer should know about a cart. More values may come: have a default branch.',
  valuesConfig: {
    PRICE_CHANGED: { description: 'The price is another than when it was put in.' },
    QUANTITY_REDUCED: { description: 'Less was put in than asked for.' },
    NOT_ENOUGH_STOCK: { description: 'Less is in stock than the line asks for; reduce it before checkout.' },
    NO_LONGER_SOLD: { description: 'It is not sold any more; take it out before checkout.' },
  },
});

/** Something that a customer should know, and no failure. */
@ObjectType('CartWarning', { description: 'Something about a cart that its owner should know; nothing failed.' })
export class CartWarning {
  @Field(() => CartWarningCode, { description: 'What it is about.' })
  code: CartWarningCode;

  @Field(() => String, { description: 'One English sentence about it.' })
  message: string;

  @Field(() => CartLine, { nullable: true, description: 'The line that it is about; null when it is gone.' })
  line: CartLine | null;

  static make(code: CartWarningCode, message: string, line: CartLine | null): CartWarning {
    return Object.assign(new CartWarning(), { code, message, line });
  }
}

/** What there is to say about a cart at today's offers. */
export function warningsOf(cart: Cart, offers: ReadonlyMap<number, Offer | null>): CartWarning[] {
  return cart.lines.flatMap((line) => {
    const offer = offers.get(line.variantId);
    if (!offer?.isSellable) return [CartWarning.make('NO_LONGER_SOLD', 'This is not sold any more', line)];
    const warnings: CartWarning[] = [];
    if (line.seenPriceMinor !== null && line.seenPriceMinor !== offer.unitPriceMinor) {
      const message = `The price was ${minorToDecimal(line.seenPriceMinor)} and is now ${minorToDecimal(offer.unitPriceMinor)} ${offer.currency}`;
      warnings.push(CartWarning.make('PRICE_CHANGED', message, line));
    }
    if (offer.available < line.quantity) {
      warnings.push(
        CartWarning.make(
          'NOT_ENOUGH_STOCK',
          offer.available > 0 ? `Only ${offer.available} can be had now` : 'It is sold out',
          line,
        ),
      );
    }
    return warnings;
  });
}
