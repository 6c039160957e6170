import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { TakenDiscount } from '../discount';
import type { NewOrder } from '../order';

/**
 * How far a checkout is: stock is being RESERVED, then the money is being held (PAYING), then the order exists (ORDERED);
 * or everything was given back (UNDONE). Each step is written before it is taken. STARTED is what older versions began with.
 */
export type CheckoutStep = 'STARTED' | 'RESERVED' | 'PAYING' | 'ORDERED' | 'UNDONE';

/** What the order will say, and which version of the cart it was made from. */
export interface CheckoutDraft extends NewOrder {
  readonly cartVersion: number;
  /** Taken in the transaction that begins the checkout; absent from what older versions began. */
  readonly discount?: TakenDiscount | null;
  readonly actor: { readonly kind: 'CUSTOMER' | 'GUEST' | 'STAFF' | 'SYSTEM'; readonly userId: number | null };
}

@Entity('checkout')
export class Checkout {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('text')
  viewer: string;

  @Column('text')
  key: string;

  @Column('integer', { name: 'cart_id' })
  cartId: number;

  @Column('text')
  step: CheckoutStep;

  /** Names the reservation and the payment outside; made from viewer, key and the attempt. */
  @Column('text')
  reference: string;

  @Column('jsonb')
  draft: CheckoutDraft;

  @Column('integer', { name: 'order_id', nullable: true })
  orderId: number | null;

  @Column('uuid')
  holder: string;

  @Column('timestamptz', { name: 'held_until' })
  heldUntil: Date;

  /** Until when the shopper may confirm the payment at the bank; set once, when the bank asks for that. */
  @Column('timestamptz', { name: 'confirm_until', nullable: true })
  confirmUntil: Date | null;
}
