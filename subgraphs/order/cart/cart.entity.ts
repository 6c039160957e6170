import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { minorUnits } from '../../../platform/db';
import { Node } from '../../../platform/federation';

export const MAX_LINES = 100;
export const MAX_QUANTITY = 999;

/** One variant in a cart. Prices are not stored: they are what the shop asks now. */
@ObjectType('CartLine', { implements: Node, description: 'One variant in a cart, at the price that the shop asks now.' })
@Entity('cart_line')
export class CartLine {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'cart_id' })
  cartId: number;

  @Column('integer', { name: 'variant_id' })
  variantId: number;

  @Column('integer', { name: 'product_id' })
  productId: number;

  @Field(() => Int, { description: 'How many, 1 to 999.' })
  @Column('integer')
  quantity: number;

  /** The price when the customer last put some in, to tell them when it changes. */
  @Column('numeric', { name: 'seen_price', transformer: minorUnits, nullable: true })
  seenPriceMinor: number | null;
}

/** What somebody means to buy. One is active for each customer or guest. */
@Directive('@key(fields: "id")')
@ObjectType('Cart', { implements: Node, description: 'What somebody means to buy. Everybody has one active cart at most.' })
@Entity('cart')
export class Cart {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'user_id', nullable: true })
  userId: number | null;

  @Column('text', { name: 'guest_token_hash', nullable: true })
  guestTokenHash: string | null;

  @Column('text')
  status: 'ACTIVE' | 'MERGED' | 'ORDERED';

  @Field(() => String, { description: 'The ISO 4217 code of its currency.' })
  @Column('text')
  currency: string;

  @Field(() => Int, { description: 'Goes up with every change; give it back as expectedVersion.' })
  @Column('integer')
  version: number;

  @Field(() => Date, { description: 'When it changed last.' })
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  @Field(() => String, { nullable: true, description: 'The discount code that was applied; null without one.' })
  @Column('text', { name: 'discount_code', nullable: true })
  discountCode: string | null;

  /** Read in the same statement as the cart, so that lines and version always belong together. */
  lines: CartLine[];
}
