import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { MoneyColumn } from '../../../platform/db';
import { Node } from '../../../platform/federation';
import type { CaptureOn } from './payment.port';

export const PaymentState = {
  PENDING: 'PENDING',
  ACTION_REQUIRED: 'ACTION_REQUIRED',
  AUTHORIZED: 'AUTHORIZED',
  CAPTURED: 'CAPTURED',
  REFUNDED: 'REFUNDED',
  VOIDED: 'VOIDED',
  DECLINED: 'DECLINED',
} as const;
export type PaymentState = (typeof PaymentState)[keyof typeof PaymentState];
registerEnumType(PaymentState, {
  name: 'PaymentState',
  description: 'What became of one payment.',
  valuesConfig: {
    PENDING: { description: 'Asked for, not answered yet.' },
    ACTION_REQUIRED: { description: 'Waits for the shopper, who has to confirm it at the bank.' },
    AUTHORIZED: { description: 'The amount is held on the card, not taken.' },
    CAPTURED: { description: 'The amount is taken; refundedAmount says how much of it went back.' },
    REFUNDED: { description: 'The amount was taken and given back.' },
    VOIDED: { description: 'The hold was let go; nothing was taken.' },
    DECLINED: { description: 'The card was refused.' },
  },
});

@ObjectType('Payment', { implements: Node, description: 'Money held or taken for an order.' })
@Entity('payment')
export class Payment {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'order_id', nullable: true })
  orderId: number | null;

  @Field(() => String, { description: 'Who moves the money, such as "stripe"; "none" where nothing was to be paid.' })
  @Column('text')
  provider: string;

  @Column('text')
  reference: string;

  @Field(() => PaymentState, { description: 'What became of it.' })
  @Column('text')
  status: PaymentState;

  @Column('text', { name: 'capture_on' })
  captureOn: CaptureOn;

  @Column('text')
  currency: string;

  @MoneyColumn({ name: 'amount' })
  amountMinor: number;

  @MoneyColumn({ name: 'captured_amount' })
  capturedMinor: number;

  @MoneyColumn({ name: 'refunded_amount' })
  refundedMinor: number;

  @Field(() => String, { nullable: true, description: 'Why it was declined, such as "card_declined"; null when it was not.' })
  @Column('text', { name: 'failure_code', nullable: true })
  failureCode: string | null;

  @Field(() => Date, { description: 'When it was begun.' })
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
