import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { minorUnits, MoneyColumn } from '../../../platform/db';
import { connectionType, Node } from '../../../platform/federation';

/** A way to ship and what it costs, as staff keep it. Prices outside are made by the resolver. */
@ObjectType('ShippingRate', { implements: Node, description: 'A way to ship and what it costs, as staff keep it.' })
@Entity('shipping_rate')
export class ShippingRate {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Field(() => String, { description: 'What programs call it, such as "STANDARD"; never changes.' })
  @Column('text')
  code: string;

  @Field(() => String, { description: 'What customers read.' })
  @Column('text')
  name: string;

  @Field(() => String, { description: 'More for customers to read; may be empty.' })
  @Column('text')
  description: string;

  @Field(() => [String], { description: 'ISO 3166-1 codes of the countries that it serves; empty for all.' })
  @Column('text', { array: true })
  countries: string[];

  @MoneyColumn({ name: 'price' })
  priceMinor: number;

  @Column('numeric', { name: 'free_from', transformer: minorUnits, nullable: true })
  freeFromMinor: number | null;

  @Field(() => Int, { description: 'How many days it takes at least.' })
  @Column('integer', { name: 'min_days' })
  minDays: number;

  @Field(() => Int, { description: 'How many days it takes at most.' })
  @Column('integer', { name: 'max_days' })
  maxDays: number;

  @Field(() => Boolean, { description: 'Whether customers may choose it.' })
  @Column('boolean', { name: 'is_active' })
  isActive: boolean;

  @Field(() => Int, { description: 'Its place among the others, the lowest first.' })
  @Column('integer')
  position: number;

  @Field(() => Int, { description: 'Goes up with every change; give it back as expectedVersion.' })
  @Column('integer')
  version: number;

  @Field(() => Date, { description: 'When it changed last.' })
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}

export const ShippingRateConnection = connectionType(ShippingRate, 'ShippingRate');
