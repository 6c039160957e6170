import { Field, ID, InputType, Int } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf, MoneyInput, readMoney } from '../../../platform/federation';
import { optionalText } from '../text';
import { DiscountKind } from './discount-code.entity';
import type { DiscountEffect, DiscountTerms, DiscountTermsChange } from './discount.service';

const MAX_RESTRICTIONS = 500;
const MAX_USES = 1_000_000_000;
/** At least one minor unit, since zero would be no discount and no minimum. */
const LEAST_MINOR = 1;
const MOST_MINOR = 100_000_000;

@InputType()
class DiscountTermsInput {
  @Field(() => String, { nullable: true, description: 'What customers read of it, up to 200 characters.' })
  description?: string | null;

  @Field(() => MoneyInput, { nullable: true, description: 'The least value of goods; null for none.' })
  minimumSubtotal?: MoneyInput | null;

  @Field(() => Date, { nullable: true, description: 'From when it can be used; null from the beginning.' })
  startsAt?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Until when it can be used; null for ever.' })
  endsAt?: Date | null;

  @Field(() => Int, { nullable: true, description: 'How many orders may use it in all; null for any number.' })
  usageLimit?: number | null;

  @Field(() => Int, { nullable: true, description: 'How many orders of one customer may use it; null for any number.' })
  usageLimitPerCustomer?: number | null;

  @Field(() => [ID], { nullable: true, description: 'Products that it is for, 500 at most; none, with no categories, for all.' })
  productIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Categories that it is for, with those below them, 500 at most; none, with no products, for all.',
  })
  categoryIds?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it can be used at all.' })
  isActive?: boolean | null;
}

@InputType({ description: 'A new discount code.' })
export class CreateDiscountCodeInput extends DiscountTermsInput {
  @Field(() => String, { description: 'What customers enter: 3 to 40 letters, digits, "-" and "_"; kept in capitals.' })
  code: string;

  @Field(() => DiscountKind, { description: 'What it does.' })
  kind: DiscountKind;

  @Field(() => Int, {
    nullable: true,
    description: 'For PERCENTAGE: the share in hundredths of a percent, 1 to 10000; 1500 are 15 %.',
  })
  percentage?: number | null;

  @Field(() => MoneyInput, { nullable: true, description: 'For FIXED_AMOUNT: what it takes off.' })
  amount?: MoneyInput | null;
}

@InputType({ description: 'What to change of a discount code; what is absent stays, null takes a limit away.' })
export class UpdateDiscountCodeInput extends DiscountTermsInput {
  @Field(() => ID, { description: 'Which.' })
  discountCodeId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'A discount code to delete, which no order used.' })
export class DeleteDiscountCodeInput {
  @Field(() => ID, { description: 'Which.' })
  discountCodeId: string;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

/** A code as it is kept, or `null` for text that can be none. */
export function normalCode(text: string): string | null {
  const code = text.trim().toUpperCase();
  return /^[A-Z0-9][A-Z0-9_-]{2,39}$/.test(code) ? code : null;
}

/** @throws BAD_USER_INPUT naming what is out of range */
export function readNewDiscount(input: CreateDiscountCodeInput, currency: string): DiscountEffect & DiscountTerms {
  const code = normalCode(input.code);
  if (code === null) throw badInput('input.code', 'must have 3 to 40 letters, digits, "-" and "_", the first a letter or digit');
  const { kind, percentage, amount } = input;
  const isShare = kind === 'PERCENTAGE';
  const isAmount = kind === 'FIXED_AMOUNT';
  if (isShare !== (typeof percentage === 'number'))
    throw badInput('input.percentage', 'goes with kind PERCENTAGE, which needs it');
  if (isAmount !== Boolean(amount)) throw badInput('input.amount', 'goes with kind FIXED_AMOUNT, which needs it');
  if (typeof percentage === 'number' && (percentage < 1 || percentage > 10_000)) {
    throw badInput('input.percentage', 'must be from 1 to 10000');
  }
  const amountMinor = amount ? readMoney(amount, currency, 'input.amount', LEAST_MINOR, MOST_MINOR) : null;
  return { ...DEFAULT_TERMS, ...readTerms(input, currency), code, kind, percentage: percentage ?? null, amountMinor };
}

const DEFAULT_TERMS: DiscountTerms = {
  description: '',
  minimumSubtotalMinor: null,
  startsAt: null,
  endsAt: null,
  usageLimit: null,
  usageLimitPerCustomer: null,
  productIds: [],
  categoryIds: [],
  isActive: true,
};

/** What is given of the terms. @throws BAD_USER_INPUT naming what is out of range */
export function readTerms(input: UpdateDiscountCodeInput | CreateDiscountCodeInput, currency: string): DiscountTermsChange {
  const { minimumSubtotal, productIds, categoryIds, isActive } = input;
  const change: { -readonly [Term in keyof DiscountTerms]?: DiscountTerms[Term] } = {};
  if (input.description !== undefined) change.description = optionalText(input.description, 'input.description', 200) ?? '';
  if (minimumSubtotal !== undefined) {
    change.minimumSubtotalMinor =
      minimumSubtotal && readMoney(minimumSubtotal, currency, 'input.minimumSubtotal', LEAST_MINOR, MOST_MINOR);
  }
  if (input.startsAt !== undefined) change.startsAt = input.startsAt;
  if (input.endsAt !== undefined) change.endsAt = input.endsAt;
  if (input.usageLimit !== undefined) change.usageLimit = readLimit(input.usageLimit, 'input.usageLimit');
  if (input.usageLimitPerCustomer !== undefined) {
    change.usageLimitPerCustomer = readLimit(input.usageLimitPerCustomer, 'input.usageLimitPerCustomer');
  }
  if (productIds !== undefined) change.productIds = readKeys('Product', productIds ?? [], 'input.productIds');
  if (categoryIds !== undefined) change.categoryIds = readKeys('Category', categoryIds ?? [], 'input.categoryIds');
  if (typeof isActive === 'boolean') change.isActive = isActive;
  return change;
}

function readLimit(limit: number | null, field: string): number | null {
  if (limit !== null && (limit < 1 || limit > MAX_USES)) throw badInput(field, `must be from 1 to ${MAX_USES}`);
  return limit;
}

function readKeys(type: 'Product' | 'Category', ids: readonly string[], field: string): number[] {
  if (ids.length > MAX_RESTRICTIONS) throw badInput(field, `must have ${MAX_RESTRICTIONS} entries at most`);
  return [...new Set(ids.map((id, at) => keyOf(type, id, `${field}.${at}`)))];
}
