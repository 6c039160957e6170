import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { MoneyColumn } from '../../../platform/db';
import { Node } from '../../../platform/federation';

/** One line of an order; name and price stay as they were when it was sold. */
@ObjectType('OrderItem', {
  implements: Node,
  description: 'One line of an order, with the name and price of the moment of sale.',
})
@Entity('order_item')
export class OrderItem {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'order_id' })
  orderId: number;

  @Column('integer', { name: 'product_id' })
  productId: number;

  @Column('integer', { name: 'variant_id' })
  variantId: number;

  @Field(() => String, { description: 'The name of the product when it was sold.' })
  @Column('text')
  name: string;

  @Field(() => String, { description: 'Which variant it was, such as "Red / M"; may be empty.' })
  @Column('text', { name: 'variant_title' })
  variantTitle: string;

  @Field(() => String, { nullable: true, description: 'The stock keeping unit when it was sold; null when it had none.' })
  @Column('text', { nullable: true })
  sku: string | null;

  @Field(() => String, { nullable: true, description: 'A picture of it; null when there was none.' })
  @Column('text', { name: 'image_url', nullable: true })
  imageUrl: string | null;

  @Field(() => Int, { description: 'How many.' })
  @Column('integer')
  quantity: number;

  @Field(() => Int, { description: 'How many of them have left in parcels.' })
  @Column('integer', { name: 'shipped_quantity' })
  shippedQuantity: number;

  @Field(() => Int, { description: 'How many were called off before they left.' })
  @Column('integer', { name: 'cancelled_quantity' })
  cancelledQuantity: number;

  @Field(() => Int, { description: 'How many came back.' })
  @Column('integer', { name: 'returned_quantity' })
  returnedQuantity: number;

  @Field(() => Int, { description: 'For how many of them the money was, or is being, given back.' })
  @Column('integer', { name: 'refunded_quantity' })
  refundedQuantity: number;

  @MoneyColumn({ name: 'price' })
  priceMinor: number;

  @MoneyColumn({ name: 'discount_amount' })
  discountMinor: number;

  @MoneyColumn({ name: 'tax_amount' })
  taxMinor: number;

  @Field(() => Int, { description: 'The rate of its tax in hundredths of a percent: 1900 are 19 %.' })
  @Column('integer', { name: 'tax_rate' })
  taxRate: number;

  @Column('integer')
  position: number;

  /** Of the order; filled by whoever reads items. */
  currency: string;

  /** Of the order; filled by whoever reads items. */
  pricesIncludeTax: boolean;
}
