import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType, DateTimeScalar, globalId } from '../../../platform/federation';
import { ProductVariant } from '../catalog';
import type { MovementKind } from './movement.entity';
import type { MovementRow } from './movement.service';
import { AdjustStockError, type AdjustStockFailure } from './stock.errors';

export enum StockMovementKind {
  INITIAL = 'INITIAL',
  IMPORT = 'IMPORT',
  RECEIPT = 'RECEIPT',
  ADJUSTMENT = 'ADJUSTMENT',
  SALE = 'SALE',
  RETURN = 'RETURN',
}

registerEnumType(StockMovementKind, {
  name: 'StockMovementKind',
  description: 'Why stock moved.',
  valuesConfig: {
    INITIAL: { description: 'The first stock of a variant.' },
    IMPORT: { description: 'A file said so.' },
    RECEIPT: { description: 'Goods came in.' },
    ADJUSTMENT: { description: 'Staff counted or corrected.' },
    SALE: { description: 'An order took it.' },
    RETURN: { description: 'An order gave it back.' },
  },
});

@ObjectType('StockMovement', {
  description: 'A line of the stock ledger. The sum over a variant is its stock on hand.',
  simpleResolvers: true,
})
export class StockMovement {
  @Field(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id: string;

  @Field(() => Int, { description: 'How many came; negative when they went.' })
  quantity: number;

  @Field(() => StockMovementKind, { description: 'Why.' })
  kind: MovementKind;

  @Field(() => String, { description: 'Why, in words; may be empty.' })
  reason: string;

  @Field(() => String, { nullable: true, description: 'Of the reservation or return that caused it; null without one.' })
  reference: string | null;

  @Field(() => String, { description: 'Who did it: the id of a user, or a part of the system.' })
  actor: string;

  @Field(() => DateTimeScalar, { description: 'When.' })
  createdAt: Date;

  static of(row: MovementRow): StockMovement {
    return Object.assign(new StockMovement(), row, { id: globalId('StockMovement', row.key) });
  }
}

export const StockMovementConnection = connectionType(StockMovement, 'StockMovement');

@ObjectType({ description: 'The stock of a variant as staff see it.', simpleResolvers: true })
export class VariantStock {
  @Field(() => Int, { description: 'How many are there; may be negative after an import.' })
  onHand: number;

  @Field(() => Int, { description: 'How many buyers who are paying right now hold.' })
  reserved: number;

  @Field(() => Boolean, { description: 'Whether stock is counted.' })
  isTracked: boolean;

  @Field(() => Boolean, { description: 'Whether it may be sold beyond the stock.' })
  allowBackorder: boolean;
}

@InputType({ description: 'How stock changes. Give either delta or quantity.' })
export class AdjustStockInput {
  @Field(() => ID, { description: 'Which variant.' })
  variantId: string;

  @Field(() => Int, { nullable: true, description: 'How many more; negative for fewer.' })
  delta?: number | null;

  @Field(() => Int, { nullable: true, description: 'How many are there, counted; 0 to 10,000,000.' })
  quantity?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many you believe are on hand; if it is another number, nothing changes.',
  })
  expectedQuantity?: number | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether goods came in; otherwise it is a correction.' })
  isReceipt: boolean;

  @Field(() => String, { description: 'Why, for the ledger; 1 to 500 characters.' })
  reason: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Your name for this request, 8 to 200 characters: sent again with it, it is done once and answered alike. Give one always: it is nullable only for clients that are older than it.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ description: 'What became of a change of stock.' })
export class AdjustStockPayload {
  @Field(() => ProductVariant, { nullable: true, description: 'The variant as it is now; null when nothing changed.' })
  variant: ProductVariant | null;

  @Field(() => [AdjustStockError], { description: 'Why nothing changed; empty when it did.' })
  errors: AdjustStockFailure[];
}
