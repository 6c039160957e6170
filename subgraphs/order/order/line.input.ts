import { Field, ID, InputType, Int } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf } from '../../../platform/federation';
import { QuantityUnavailable } from './order.errors';
import { Refusal } from './order.changes';
import type { OrderItem } from './order-item.entity';

const MAX_LINES = 200;
const MAX_QUANTITY = 999;

@InputType({ description: 'How many of a line.' })
export class OrderLineInput {
  @Field(() => ID, { description: 'The line: an OrderItem.' })
  itemId: string;

  @Field(() => Int, { description: 'How many of it, 1 to 999.' })
  quantity: number;
}

export interface LineQuantity {
  readonly itemId: number;
  readonly quantity: number;
}

/** @throws BAD_USER_INPUT for no lines, too many, a line named twice or a quantity out of range */
export function readLines(lines: readonly OrderLineInput[], field = 'input.lines'): LineQuantity[] {
  if (lines.length < 1 || lines.length > MAX_LINES) throw badInput(field, `must have 1 to ${MAX_LINES} lines`);
  const read = lines.map(({ itemId, quantity }) => ({ itemId: keyOf('OrderItem', itemId, `${field}.itemId`), quantity }));
  if (new Set(read.map(({ itemId }) => itemId)).size < read.length) throw badInput(field, 'must name each line once');
  if (read.some(({ quantity }) => quantity < 1 || quantity > MAX_QUANTITY)) {
    throw badInput(`${field}.quantity`, `must be from 1 to ${MAX_QUANTITY}`);
  }
  return read;
}

export interface ItemQuantity {
  readonly item: OrderItem;
  readonly quantity: number;
}

/**
 * The asked lines of an order's items, each with at most what `leftOf` says; everything that is left when none are asked.
 *
 * @throws Refusal QuantityUnavailable
 */
export function chosenLines(
  items: readonly OrderItem[],
  asked: readonly LineQuantity[] | null,
  leftOf: (item: OrderItem) => number,
): ItemQuantity[] {
  if (asked === null) return items.map((item) => ({ item, quantity: leftOf(item) })).filter(({ quantity }) => quantity > 0);
  return asked.map(({ itemId, quantity }) => {
    const item = items.find(({ id }) => id === itemId) ?? null;
    const left = item === null ? 0 : leftOf(item);
    if (item === null || quantity > left) throw new Refusal(QuantityUnavailable.make(item, left));
    return { item, quantity };
  });
}
