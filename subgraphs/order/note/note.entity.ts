import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Node } from '../../../platform/federation';

/** What staff wrote on an order. Never changed; the erasure of a person empties it. */
@ObjectType('OrderNote', { implements: Node, description: 'What staff wrote on an order. Notes are never changed.' })
@Entity('order_note')
export class OrderNote {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'order_id' })
  orderId: number;

  @Field(() => String, { description: 'The note; empty after the account of its customer was erased.' })
  @Column('text')
  text: string;

  @Field(() => Boolean, { description: 'Whether the customer may read it; otherwise it is for staff alone.' })
  @Column('boolean', { name: 'is_shown_to_customer' })
  isShownToCustomer: boolean;

  @Column('integer', { name: 'author_id', nullable: true })
  authorId: number | null;

  @Field(() => Date, { description: 'When it was written.' })
  @Column('timestamptz')
  at: Date;
}
