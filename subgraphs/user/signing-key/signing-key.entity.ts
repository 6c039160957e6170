import type { JWK } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that access tokens are signed with. Its id is the `kid` of the tokens. */
@Entity('signing_key')
export class SigningKey {
  @PrimaryColumn('uuid')
  id: string;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk: JWK;

  /** By a `TextSealer`. */
  @Column('text', { name: 'sealed_private_jwk' })
  sealedPrivateJwk: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;

  /** Published before it signs, so that every gateway knows it by then. */
  @Column('timestamptz', { name: 'signs_from', default: () => 'clock_timestamp()' })
  signsFrom: Date;

  /** When a successor takes over; tokens that it signed before stay good until they expire. */
  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt: Date | null;
}
