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
}
