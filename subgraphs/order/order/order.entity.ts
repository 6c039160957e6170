import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { MoneyColumn } from '../../../platform/db';
import { Node } from '../../../platform/federation';
import type { OrderAddress } from './order-address';
import { FulfilmentStatus, OrderStatus, PaymentStatus } from './order.status';

/** What somebody bought, at the prices of that moment. Money and ids outside are made by the resolver. */
@Directive('@key(fields: "id")')
@ObjectType('Order', { implements: Node, description: 'What somebody bought, with the names and prices of that moment.' })
@Entity('order')
export class Order {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Field(() => String, { description: 'What people call it, such as "M-7K3P-9QXF". Unique.' })
  @Column('text')
  number: string;

  @Column('integer', { name: 'user_id', nullable: true })
  userId: number | null;

  @Column('text', { name: 'guest_token_hash', nullable: true })
  guestTokenHash: string | null;

  @Field(() => String, { description: 'Where news of it goes.' })
  @Column('text')
  email: string;

  @Field(() => Date, { description: 'When it was placed.' })
  @Column('timestamptz', { name: 'order_date' })
  orderDate: Date;

  @Field(() => OrderStatus, { description: 'Where it stands.' })
  @Column('text')
  status: OrderStatus;

  @Field(() => PaymentStatus, { description: 'Where its money stands; an axis of its own beside the status.' })
  @Column('text', { name: 'payment_status' })
  paymentStatus: PaymentStatus;

  @Field(() => FulfilmentStatus, { description: 'Where its goods stand; an axis of its own beside the status.' })
  @Column('text', { name: 'fulfilment_status' })
  fulfilmentStatus: FulfilmentStatus;

  @Column('text')
  currency: string;

  @MoneyColumn({ name: 'subtotal_amount' })
  subtotalMinor: number;

  @MoneyColumn({ name: 'shipping_amount' })
  shippingMinor: number;

  @MoneyColumn({ name: 'shipping_tax_amount' })
  shippingTaxMinor: number;

  /** In basis points. */
  @Column('integer', { name: 'shipping_tax_rate' })
  shippingTaxRate: number;

  /** Of all items and the shipping. */
  @MoneyColumn({ name: 'tax_amount' })
  taxMinor: number;

  @Field(() => Boolean, {
    description: 'Whether prices, shipping and discounts have the tax in them; otherwise it is added to the total.',
  })
  @Column('boolean', { name: 'prices_include_tax' })
  pricesIncludeTax: boolean;

  @MoneyColumn({ name: 'discount_amount' })
  discountMinor: number;

  @MoneyColumn({ name: 'total_amount' })
  totalMinor: number;

  @MoneyColumn({ name: 'refunded_amount' })
  refundedMinor: number;

  @Field(() => String, { description: 'The code of the way that it travels, such as "STANDARD"; "NONE" when nothing is sent.' })
  @Column('text', { name: 'shipping_method' })
  shippingMethodCode: string;

  @Field(() => String, { description: 'What the way that it travels was called when it was placed; may be empty.' })
  @Column('text', { name: 'shipping_method_name' })
  shippingMethodName: string;

  @Column('jsonb', { name: 'shipping_address' })
  shippingAddressData: Partial<OrderAddress>;

  @Column('jsonb', { name: 'billing_address', nullable: true })
  billingAddressData: Partial<OrderAddress> | null;

  @Field(() => String, { nullable: true, description: 'What the customer wrote to the shop; null when nothing.' })
  @Column('text', { nullable: true })
  note: string | null;

  @Column('text', { name: 'reservation_id', nullable: true })
  reservationId: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was cancelled or refunded; null while it was not.' })
  @Column('text', { name: 'cancelled_reason', nullable: true })
  cancelledReason: string | null;

  @Field(() => Int, { description: 'Goes up with every change; give it back as expectedVersion.' })
  @Column('integer')
  version: number;

  @Field(() => Date, { description: 'When it changed last.' })
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
