import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A request that a client named, and its answer once there is one. */
@Entity('idempotency_key')
export class IdempotencyKey {
  @PrimaryColumn('text')
  viewer: string;

  @PrimaryColumn('text')
  operation: string;

  @PrimaryColumn('text')
  key: string;

  @Column('text', { name: 'input_hash' })
  inputHash: string;

  @Column('text')
  status: 'RUNNING' | 'DONE';

  @Column('jsonb', { nullable: true })
  response: unknown;

  /** Who works on it; another may take over after `heldUntil`. */
  @Column('uuid')
  holder: string;

  @Column('timestamptz', { name: 'held_until' })
  heldUntil: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
