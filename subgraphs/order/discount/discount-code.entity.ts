import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { minorUnits } from '../../../platform/db';
import { connectionType, Node } from '../../../platform/federation';

export const DiscountKind = { PERCENTAGE: 'PERCENTAGE', FIXED_AMOUNT: 'FIXED_AMOUNT', FREE_SHIPPING: 'FREE_SHIPPING' } as const;
export type DiscountKind = (typeof DiscountKind)[keyof typeof DiscountKind];
registerEnumType(DiscountKind, {
  name: 'DiscountKind',
  description: 'What a discount code does. More values may come: have a default branch.',
  valuesConfig: {
    PERCENTAGE: { description: 'Takes a share off the goods.' },
    FIXED_AMOUNT: { description: 'Takes an amount off the goods, at most what they cost.' },
    FREE_SHIPPING: { description: 'Takes off what the shipping costs.' },
  },
});

/** A code that customers enter for a discount, as staff keep it. */
@ObjectType('DiscountCode', { implements: Node, description: 'A code that customers enter for a discount, as staff keep it.' })
@Entity('discount_code')
export class DiscountCode {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Field(() => String, { description: 'What customers enter, in capitals; they may use small letters. Never changes.' })
  @Column('text')
  code: string;

  @Field(() => String, { description: 'What customers read of it; may be empty.' })
  @Column('text')
  description: string;

  @Field(() => DiscountKind, { description: 'What it does. Never changes.' })
  @Column('text')
  kind: DiscountKind;

  @Field(() => Int, { nullable: true, description: 'The share in hundredths of a percent: 1500 are 15 %; null for other kinds.' })
  @Column('integer', { nullable: true })
  percentage: number | null;

  @Column('numeric', { name: 'amount', transformer: minorUnits, nullable: true })
  amountMinor: number | null;

  @Column('numeric', { name: 'minimum_subtotal', transformer: minorUnits, nullable: true })
  minimumSubtotalMinor: number | null;

  @Field(() => Date, { nullable: true, description: 'From when it can be used; null from the beginning.' })
  @Column('timestamptz', { name: 'starts_at', nullable: true })
  startsAt: Date | null;

  @Field(() => Date, { nullable: true, description: 'Until when it can be used; null for ever.' })
  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt: Date | null;

  @Field(() => Int, { nullable: true, description: 'How many orders may use it in all; null for any number.' })
  @Column('integer', { name: 'usage_limit', nullable: true })
  usageLimit: number | null;

  @Field(() => Int, { nullable: true, description: 'How many orders of one customer may use it; null for any number.' })
  @Column('integer', { name: 'usage_limit_per_customer', nullable: true })
  usageLimitPerCustomer: number | null;

  @Field(() => Int, { description: 'How many orders use it, checkouts under way among them; cancelled ones do not count.' })
  @Column('integer', { name: 'used_count' })
  usedCount: number;

  @Column('integer', { name: 'product_ids', array: true })
  productIds: number[];

  @Column('integer', { name: 'category_ids', array: true })
  categoryIds: number[];

  @Field(() => Boolean, { description: 'Whether it can be used at all.' })
  @Column('boolean', { name: 'is_active' })
  isActive: boolean;

  @Field(() => Int, { description: 'Goes up with every change by staff; give it back as expectedVersion.' })
  @Column('integer')
  version: number;

  @Field(() => Date, { description: 'When it was made.' })
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => Date, { description: 'When staff changed it last.' })
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}

export const DiscountCodeConnection = connectionType(DiscountCode, 'DiscountCode');
