import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A mail that waits to be sent, or could not be; written in the same transaction as what it tells of, gone once it is sent. */
@Entity('outgoing_mail')
export class OutgoingMail {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('text')
  template: string;

  @Column('text')
  recipient: string;

  /** What the template is filled with; may hold a token. */
  @Column('jsonb')
  data: Record<string, string>;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { name: 'next_attempt_at', default: () => 'clock_timestamp()' })
  nextAttemptAt: Date;

  /** When the last attempt had failed. */
  @Column('timestamptz', { name: 'dead_at', nullable: true })
  deadAt: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError: string | null;
}
