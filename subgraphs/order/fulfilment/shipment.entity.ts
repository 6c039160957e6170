import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Node } from '../../../platform/federation';
import { OrderItem } from '../order';

/** A parcel on its way. */
@ObjectType('Shipment', { implements: Node, description: 'A parcel with goods of an order.' })
@Entity('shipment')
export class Shipment {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'order_id' })
  orderId: number;

  @Field(() => String, { description: 'Who carries it, such as "PostNL".' })
  @Column('text')
  carrier: string;

  @Field(() => String, { description: 'What the carrier knows it by.' })
  @Column('text', { name: 'tracking_number' })
  trackingNumber: string;

  @Field(() => String, { nullable: true, description: 'Where to follow it; null for a carrier whose pages we do not know.' })
  @Column('text', { name: 'tracking_url', nullable: true })
  trackingUrl: string | null;

  @Field(() => Date, { description: 'When it left.' })
  @Column('timestamptz', { name: 'shipped_at' })
  shippedAt: Date;

  @Field(() => Date, { nullable: true, description: 'When it arrived; null while it is on its way.' })
  @Column('timestamptz', { name: 'delivered_at', nullable: true })
  deliveredAt: Date | null;
}

/** What is in a parcel. */
@ObjectType('ShipmentLine', { description: 'How many of a line are in a parcel.', simpleResolvers: true })
export class ShipmentLine {
  @Field(() => OrderItem, { description: 'The line.' })
  item: OrderItem;

  @Field(() => Int, { description: 'How many of it.' })
  quantity: number;
}

/** A row of `shipment_line`. */
export interface ShipmentLineRow {
  readonly shipmentId: number;
  readonly itemId: number;
  readonly quantity: number;
}
