import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { JsonScalar } from '../../../platform/federation';
import type { AuditActor } from '../audit';

/** One entry of an order's log, which is only ever added to. */
@ObjectType('OrderEvent', { description: 'One entry in the log of an order. Entries are never changed.' })
@Entity('order_event')
export class OrderEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  @Column('integer', { name: 'order_id' })
  orderId: number;

  @Field(() => Int, { description: 'Its place in the log of its order, from 1 without gaps.' })
  @Column('integer')
  sequence: number;

  @Field(() => String, { description: 'What happened: a status such as "SHIPPED", or "PAYMENT_CAPTURED" and the like.' })
  @Column('text')
  type: string;

  @Field(() => JsonScalar, { description: 'Details, such as from, to and a tracking number.' })
  @Column('jsonb')
  data: Record<string, unknown>;

  @Field(() => String, { description: 'Who did it: CUSTOMER, GUEST, STAFF or SYSTEM.' })
  @Column('text', { name: 'actor_kind' })
  actorKind: AuditActor['kind'];

  @Column('integer', { name: 'actor_id', nullable: true })
  actorId: number | null;

  @Field(() => Date, { description: 'When it happened.' })
  @Column('timestamptz')
  at: Date;
}
