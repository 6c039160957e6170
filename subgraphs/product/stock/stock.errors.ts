import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { IdempotencyKeyReused } from '../../../platform/idempotency';
import { ProductVariantNotFound } from '../catalog';

@ObjectType('StockMismatch', { implements: UserError, description: 'Stock moved since you counted.' })
export class StockMismatch extends UserError {
  @Field(() => Int, { description: 'How many are on hand now.' })
  onHand: number;

  static make(onHand: number): StockMismatch {
    const message = `Stock moved since you counted: ${onHand} are on hand now`;
    return Object.assign(new StockMismatch(), { code: 'STOCK_MISMATCH', message, path: ['input', 'expectedQuantity'], onHand });
  }
}

@ObjectType('StockBelowReserved', { implements: UserError, description: 'Fewer would be left than buyers hold right now.' })
export class StockBelowReserved extends UserError {
  @Field(() => Int, { description: 'How many buyers hold.' })
  reserved: number;

  static make(reserved: number): StockBelowReserved {
    const message = `Buyers hold ${reserved} right now; no fewer can be left`;
    return Object.assign(new StockBelowReserved(), { code: 'STOCK_BELOW_RESERVED', message, path: ['input'], reserved });
  }
}

export type AdjustStockFailure = ProductVariantNotFound | StockMismatch | StockBelowReserved | IdempotencyKeyReused;

export const AdjustStockError = createUnionType({
  name: 'AdjustStockError',
  description: 'Why stock was not changed.',
  types: () => [ProductVariantNotFound, StockMismatch, StockBelowReserved, IdempotencyKeyReused] as const,
});
