import { Field, InputType } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { MoneyInput, readMoney } from '../../../platform/federation';
import { NamedChangeInput, OrderChangeInput, OrderLineInput, readChange, readLines, readReason } from '../order';
import type { PartialRefundRequest, ReasonedRequest } from './refund.service';

@InputType({ description: 'An order to call off.' })
export class CancelOrderInput extends OrderChangeInput {
  @Field(() => String, { description: 'Why, 1 to 500 characters; the shop and the customer see it.' })
  reason: string;
}

@InputType({ description: 'An order to give the money back for.' })
export class RefundOrderInput extends CancelOrderInput {
  @Field(() => Boolean, { defaultValue: false, description: 'Whether the goods came back and go on the shelf again.' })
  restock: boolean;
}

@InputType({ description: 'A part of the money of an order to give back. Give either an amount or lines.' })
export class RefundPartiallyInput extends NamedChangeInput {
  @Field(() => String, { description: 'Why, 1 to 500 characters; the shop and the customer see it.' })
  reason: string;

  @Field(() => MoneyInput, { nullable: true, description: 'How much, such as for a delay or a scratch.' })
  amount?: MoneyInput | null;

  @Field(() => [OrderLineInput], {
    nullable: true,
    description: 'For which lines: what was paid for them, after discount and with tax, to the cent.',
  })
  lines?: OrderLineInput[] | null;
}

export function readReasoned(input: CancelOrderInput): ReasonedRequest {
  return { ...readChange(input), reason: readReason(input.reason) };
}

export function readPartialRefund(input: RefundPartiallyInput, currency: string): PartialRefundRequest {
  const { amount, lines } = input;
  if (Boolean(amount) === Boolean(lines)) throw badInput('input.amount', 'or lines is needed, and only one of them');
  const amountMinor = amount ? readMoney(amount, currency, 'input.amount') : null;
  if (amountMinor !== null && amountMinor < 1) throw badInput('input.amount', 'must be more than nothing');
  const common = { ...readChange(input), reason: readReason(input.reason) };
  return { ...common, amountMinor, lines: lines ? readLines(lines) : null };
}
