import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { connectionType, Node } from '../../../platform/federation';
import { OrderItem } from '../order';

export const ReturnStatus = { REQUESTED: 'REQUESTED', APPROVED: 'APPROVED', REFUSED: 'REFUSED', RECEIVED: 'RECEIVED' } as const;
export type ReturnStatus = (typeof ReturnStatus)[keyof typeof ReturnStatus];
registerEnumType(ReturnStatus, {
  name: 'ReturnStatus',
  description: 'Where a return stands. More values may come: have a default branch.',
  valuesConfig: {
    REQUESTED: { description: 'Asked for; the shop has not answered yet.' },
    APPROVED: { description: 'The goods may be sent back.' },
    REFUSED: { description: 'The shop does not take the goods back; answer says why.' },
    RECEIVED: { description: 'The goods came back; their money is on its way.' },
  },
});

/** From each status, where a return may go. */
export const RETURN_TRANSITIONS: Readonly<Record<ReturnStatus, readonly ReturnStatus[]>> = {
  REQUESTED: ['APPROVED', 'REFUSED'],
  APPROVED: ['RECEIVED', 'REFUSED'],
  REFUSED: [],
  RECEIVED: [],
};

export const ReturnReason = {
  DAMAGED: 'DAMAGED',
  WRONG_ITEM: 'WRONG_ITEM',
  NOT_AS_DESCRIBED: 'NOT_AS_DESCRIBED',
  DOES_NOT_FIT: 'DOES_NOT_FIT',
  CHANGED_MIND: 'CHANGED_MIND',
  OTHER: 'OTHER',
} as const;
export type ReturnReason = (typeof ReturnReason)[keyof typeof ReturnReason];
registerEnumType(ReturnReason, {
  name: 'ReturnReason',
  description: 'Why goods are sent back. More values may come: have a default branch.',
  valuesConfig: {
    DAMAGED: { description: 'They arrived broken, or broke soon.' },
    WRONG_ITEM: { description: 'Other goods than those ordered came.' },
    NOT_AS_DESCRIBED: { description: 'They are not what the shop said.' },
    DOES_NOT_FIT: { description: 'The wrong size or shape.' },
    CHANGED_MIND: { description: 'They are not wanted any more.' },
    OTHER: { description: 'Something else; the comment says what.' },
  },
});

/** Goods that a customer sends back, or wants to. */
@ObjectType('OrderReturn', { implements: Node, description: 'Goods that a customer sends back, or asks to.' })
@Entity('order_return')
export class OrderReturn {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'order_id' })
  orderId: number;

  @Field(() => ReturnStatus, { description: 'Where it stands.' })
  @Column('text')
  status: ReturnStatus;

  @Field(() => ReturnReason, { description: 'Why.' })
  @Column('text')
  reason: ReturnReason;

  @Field(() => String, { nullable: true, description: 'What the customer added; null when nothing.' })
  @Column('text', { nullable: true })
  comment: string | null;

  @Field(() => String, { nullable: true, description: 'What the shop answered; null when nothing.' })
  @Column('text', { nullable: true })
  answer: string | null;

  @Field(() => Date, { description: 'When it was asked for.' })
  @Column('timestamptz', { name: 'requested_at' })
  requestedAt: Date;

  @Field(() => Date, { nullable: true, description: 'When the shop answered; null before.' })
  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the goods came back; null before.' })
  @Column('timestamptz', { name: 'received_at', nullable: true })
  receivedAt: Date | null;
}

export const OrderReturnConnection = connectionType(OrderReturn, 'OrderReturn');

/** A row of `return_line`. */
export interface ReturnLineRow {
  readonly returnId: number;
  readonly itemId: number;
  readonly quantity: number;
  readonly receivedQuantity: number | null;
  readonly isRestocked: boolean | null;
}

@ObjectType('OrderReturnLine', { description: 'How many of a line are sent back.', simpleResolvers: true })
export class OrderReturnLine {
  @Field(() => OrderItem, { description: 'The line.' })
  item: OrderItem;

  @Field(() => Int, { description: 'How many the customer sends back.' })
  quantity: number;

  @Field(() => Int, { nullable: true, description: 'How many came; null before they were received.' })
  receivedQuantity: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they went on the shelf again; null before they were received.' })
  isRestocked: boolean | null;
}
