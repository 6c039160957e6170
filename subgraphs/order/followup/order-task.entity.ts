import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { OrderTask } from '../order';

/** Something that an order owes to another system; written in the transaction that made it necessary. */
@Entity('order_task')
export class OwedTask {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  @Column('integer', { name: 'order_id' })
  orderId: number;

  @Column('text')
  kind: OrderTask;

  /** Tells tasks of one kind apart; 0 for what an order owes once. */
  @Column('integer')
  subject: number;

  @Column('integer')
  attempts: number;

  /** Not before; whoever takes the task pushes this ahead, so that another tries again if it dies. */
  @Column('timestamptz', { name: 'run_at' })
  runAt: Date;

  @Column('timestamptz', { name: 'done_at', nullable: true })
  doneAt: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError: string | null;
}
