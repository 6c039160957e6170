import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { MoneyColumn } from '../../../platform/db';
import { Money, Node } from '../../../platform/federation';
import { OrderItem } from '../order';

export const RefundState = { PENDING: 'PENDING', DONE: 'DONE', FAILED: 'FAILED' } as const;
export type RefundState = (typeof RefundState)[keyof typeof RefundState];
registerEnumType(RefundState, {
  name: 'RefundState',
  description: 'What became of a refund.',
  valuesConfig: {
    PENDING: { description: 'Decided; the payment provider is being asked.' },
    DONE: { description: 'The money is on its way back.' },
    FAILED: { description: 'The payment provider refused for good; the amount may be refunded again.' },
  },
});

export const RefundKind = {
  AMOUNT: 'AMOUNT',
  LINES: 'LINES',
  RETURN: 'RETURN',
  CANCELLATION: 'CANCELLATION',
  WHOLE: 'WHOLE',
} as const;
export type RefundKind = (typeof RefundKind)[keyof typeof RefundKind];
registerEnumType(RefundKind, {
  name: 'RefundKind',
  description: 'What a refund is for. More values may come: have a default branch.',
  valuesConfig: {
    AMOUNT: { description: 'An amount that staff decided.' },
    LINES: { description: 'Lines, whose goods the customer keeps or never got.' },
    RETURN: { description: 'Goods that came back.' },
    CANCELLATION: { description: 'The part of an order that was called off after another part had left.' },
    WHOLE: { description: 'All that was left of the order.' },
  },
});

/** Money given back for an order, or being given back. */
@ObjectType('Refund', { implements: Node, description: 'Money given back for an order, or on its way back.' })
@Entity('refund')
export class Refund {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'order_id' })
  orderId: number;

  @Column('integer', { name: 'return_id', nullable: true })
  returnId: number | null;

  @Field(() => RefundKind, { description: 'What it is for.' })
  @Column('text')
  kind: RefundKind;

  @MoneyColumn({ name: 'amount' })
  amountMinor: number;

  @Field(() => String, { description: 'Why, as staff or the customer said.' })
  @Column('text')
  reason: string;

  @Field(() => RefundState, { description: 'What became of it.' })
  @Column('text')
  status: RefundState;

  @Field(() => String, { nullable: true, description: 'Why the payment provider refused; null when it did not.' })
  @Column('text', { nullable: true })
  failure: string | null;

  @Field(() => Date, { description: 'When it was decided.' })
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => Date, { nullable: true, description: 'When the payment provider answered; null before.' })
  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt: Date | null;

  /** Of the order; filled by whoever reads refunds. */
  currency: string;
}

/** A row of `refund_line`. */
export interface RefundLineRow {
  readonly refundId: number;
  readonly itemId: number;
  readonly quantity: number;
  readonly amountMinor: number;
}

@ObjectType('RefundLine', { description: 'What a refund gives back for a line.', simpleResolvers: true })
export class RefundLine {
  @Field(() => OrderItem, { description: 'The line.' })
  item: OrderItem;

  @Field(() => Int, { description: 'For how many of it.' })
  quantity: number;

  @Field(() => Money, { description: 'How much.' })
  amount: Money;
}
