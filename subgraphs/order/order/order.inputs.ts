import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf, MoneyInput, readMoney } from '../../../platform/federation';
import { readKey } from '../../../platform/idempotency';
import { optionalText, requiredText } from '../text';
import type { OrderChangeRequest } from './order.changes';
import type { OrderFilter } from './order-page';
import { FulfilmentStatus, OrderStatus, PaymentStatus } from './order.status';

export const OrderSortName = { NEWEST: 'NEWEST', OLDEST: 'OLDEST', TOTAL_DESC: 'TOTAL_DESC', TOTAL_ASC: 'TOTAL_ASC' } as const;
export type OrderSortName = (typeof OrderSortName)[keyof typeof OrderSortName];
registerEnumType(OrderSortName, {
  name: 'OrderSort',
  description: 'How a list of orders is sorted.',
  valuesConfig: {
    NEWEST: { description: 'Placed last, first.' },
    OLDEST: { description: 'Placed first, first.' },
    TOTAL_DESC: { description: 'The largest amount first.' },
    TOTAL_ASC: { description: 'The smallest amount first.' },
  },
});

@InputType({ description: 'Which orders to list; what is absent does not filter.' })
export class OrderFilterInput {
  @Field(() => [OrderStatus], { nullable: true, description: 'Only orders in one of these statuses.' })
  status?: OrderStatus[] | null;

  @Field(() => [PaymentStatus], { nullable: true, description: 'Only orders whose money stands in one of these.' })
  paymentStatus?: PaymentStatus[] | null;

  @Field(() => [FulfilmentStatus], { nullable: true, description: 'Only orders whose goods stand in one of these.' })
  fulfilmentStatus?: FulfilmentStatus[] | null;

  @Field(() => Date, { nullable: true, description: 'Placed at this moment or later.' })
  placedAfter?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Placed before this moment.' })
  placedBefore?: Date | null;

  @Field(() => MoneyInput, { nullable: true, description: 'With at least this total.' })
  minTotal?: MoneyInput | null;

  @Field(() => MoneyInput, { nullable: true, description: 'With at most this total.' })
  maxTotal?: MoneyInput | null;

  @Field(() => String, { nullable: true, description: 'A part of the number or of the e-mail address, 2 to 100 characters.' })
  search?: string | null;
}

/** @throws BAD_USER_INPUT naming what is out of range */
export function readFilter(input: OrderFilterInput | null | undefined, currency: string): OrderFilter {
  if (!input) return {};
  const search = optionalText(input.search, 'filter.search', 100);
  if (search !== null && search.length < 2) throw badInput('filter.search', 'must have 2 to 100 characters');
  if (input.placedAfter && input.placedBefore && input.placedAfter >= input.placedBefore) {
    throw badInput('filter.placedBefore', 'must be later than placedAfter');
  }
  return {
    status: input.status ?? undefined,
    paymentStatus: input.paymentStatus ?? undefined,
    fulfilmentStatus: input.fulfilmentStatus ?? undefined,
    placedAfter: input.placedAfter ?? undefined,
    placedBefore: input.placedBefore ?? undefined,
    minTotalMinor: input.minTotal ? readMoney(input.minTotal, currency, 'filter.minTotal') : undefined,
    maxTotalMinor: input.maxTotal ? readMoney(input.maxTotal, currency, 'filter.maxTotal') : undefined,
    search: search ?? undefined,
  };
}

@InputType({ description: 'Which order to change.' })
export class OrderChangeInput {
  @Field(() => ID, { description: 'The order.' })
  orderId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Your name for this request, 8 to 200 characters: sent again with it, it is done once and answered alike. Give one always: it is nullable only for clients that are older than it.',
  })
  idempotencyKey?: string | null;
}

/** For changes that came after keys did. */
@InputType({ description: 'Which order to change, under a name for the request.' })
export class NamedChangeInput {
  @Field(() => ID, { description: 'The order.' })
  orderId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;

  @Field(() => String, {
    description: 'Your name for this request, 8 to 200 characters: sent again with it, it is done once and answered alike.',
  })
  idempotencyKey: string;
}

export function readChange(input: OrderChangeInput | NamedChangeInput): OrderChangeRequest {
  return {
    orderId: keyOf('Order', input.orderId, 'input.orderId'),
    expectedVersion: input.expectedVersion ?? null,
    idempotencyKey: input.idempotencyKey ? readKey(input.idempotencyKey) : null,
  };
}

/** @throws BAD_USER_INPUT unless it says why in 1 to 500 characters */
export function readReason(reason: string): string {
  return requiredText(reason, 'input.reason', 500);
}
