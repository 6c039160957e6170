import { Column, Entity, PrimaryColumn } from 'typeorm';

export const TICKET_PURPOSES = ['PASSWORD_RESET', 'EMAIL_VERIFICATION', 'EMAIL_CHANGE'] as const;
export type TicketPurpose = (typeof TICKET_PURPOSES)[number];

/** A token that was mailed and allows one thing once. Only its hash is kept. */
@Entity('ticket')
export class Ticket {
  @PrimaryColumn('bytea', { name: 'token_hash' })
  tokenHash: Buffer;

  @Column('integer', { name: 'user_id' })
  userId: number;

  @Column('text')
  purpose: TicketPurpose;

  /** The address that it proves: the one it was sent to. */
  @Column('text', { nullable: true })
  email: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null;
}
