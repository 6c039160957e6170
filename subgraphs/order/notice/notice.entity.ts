import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

export type NoticeTemplate =
  | 'ORDER_PLACED'
  | 'ORDER_SHIPPED'
  | 'ORDER_DELIVERED'
  | 'ORDER_CANCELLED'
  | 'REST_CANCELLED'
  | 'ORDER_REFUNDED'
  | 'RETURN_APPROVED'
  | 'RETURN_REFUSED'
  | 'ORDER_RETURNED'
  | 'PAYMENT_FAILED'
  | 'CART_REMINDER'
  | 'WEBHOOK_DISABLED';

/**
 * A mail about a fact: one for each, however often the fact is told. It holds nothing personal: to whom and what is read
 * when the mail is sent, so that an erased account leaves nothing behind here.
 */
@Entity('notice')
export class Notice {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  /** Names the fact, such as `ord_000000001.3`: an order and the entry of its log. */
  @Column('text')
  fact: string;

  @Column('text')
  template: NoticeTemplate;

  /** The order, the cart or the endpoint that it is about. */
  @Column('integer', { name: 'subject_key' })
  subjectKey: number;

  /** What else the template needs, such as the entry's sequence. */
  @Column('jsonb')
  data: Readonly<Record<string, unknown>>;

  /** `REFUSED` by the mail server; `DROPPED` by us, because nobody is to get it any more. */
  @Column('text')
  status: 'WAITING' | 'SENT' | 'REFUSED' | 'DROPPED';

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt: Date | null;
}
