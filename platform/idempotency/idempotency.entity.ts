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

/** The table's DDL, for a migration of each subgraph that takes keys. */
export const IDEMPOTENCY_DDL = `
  CREATE TABLE idempotency_key (
    viewer text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    input_hash text NOT NULL,
    status text NOT NULL CHECK (status IN ('RUNNING', 'DONE')),
    response jsonb,
    holder uuid NOT NULL,
    held_until timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (viewer, operation, key),
    CHECK ((status = 'DONE') = (response IS NOT NULL))
  );
  CREATE INDEX idempotency_key_expiry ON idempotency_key (expires_at);`;
