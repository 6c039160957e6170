import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One log-in and all refresh tokens that came of it; the `sid` of its access tokens. */
@Entity('session')
export class Session {
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('integer', { name: 'user_id' })
  userId: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** Moves on with each refresh. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;

  @Column('text', { name: 'ended_reason', nullable: true })
  endedReason: string | null;
}

/** A refresh token that was given out. Only its hash is kept; used ones stay until the session is swept, to know them again. */
@Entity('refresh_token')
export class RefreshToken {
  @PrimaryColumn('bytea', { name: 'token_hash' })
  tokenHash: Buffer;

  @Column('uuid', { name: 'session_id' })
  sessionId: string;

  @Column('timestamptz', { name: 'issued_at', default: () => 'now()' })
  issuedAt: Date;

  @Column('timestamptz', { name: 'rotated_at', nullable: true })
  rotatedAt: Date | null;

  @Column('bytea', { name: 'successor_salt', nullable: true })
  successorSalt: Buffer | null;
}
