import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JSONWebKeySet, type JWK } from 'jose';
import type { DataSource, EntityManager } from 'typeorm';
import { TextSealer, TOKEN_ALGORITHM, TOKEN_ISSUER, type AccessTokenClaims } from '../../../platform/auth';
import { inTransaction } from '../../../platform/db';

const ROTATION_LOCK = 724_031;
/** How long a process signs with the key that it knows before it asks again which is current. */
const REMEMBER_MS = 60_000;
/** Retired keys stay published for the life of a token and this much more, for processes that remember and clocks that differ. */
const MARGIN_SECONDS = 600;
/** A new key is published for this long before it signs: longer than gateways keep a key set. */
const PUBLISHED_BEFORE_SECONDS = 1_200;

interface Signer {
  readonly id: string;
  readonly key: CryptoKey;
}

/** Signs access tokens, publishes the public keys, and replaces keys that grew old. */
export class SigningKeyService {
  private readonly sealer: TextSealer;
  private remembered: { readonly signer: Promise<Signer>; readonly untilMs: number } | null = null;

  constructor(
    private readonly database: DataSource,
    private readonly accessTokenSeconds: number,
    secret: string | null,
  ) {
    this.sealer = new TextSealer(secret, 'signing-key');
  }

  /** A signed access token and when it expires. */
  async sign(
    claims: Pick<AccessTokenClaims, 'sub' | 'roles' | 'sid'>,
    issuedAtMs: number,
  ): Promise<{ token: string; expiresAt: Date }> {
    const signer = await this.currentSigner();
    const issuedAt = issuedAtMs / 1000;
    const expiresAtSeconds = Math.floor(issuedAt) + this.accessTokenSeconds;
    const token = await new SignJWT({ roles: claims.roles, sid: claims.sid })
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, kid: signer.id })
      .setIssuer(TOKEN_ISSUER)
      .setSubject(claims.sub)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAtSeconds)
      .setJti(randomUUID())
      .sign(signer.key);
    return { token, expiresAt: new Date(expiresAtSeconds * 1000) };
  }

  /** The public keys of every token that may still be good. Makes the first key when there is none. */
  async jwks(): Promise<JSONWebKeySet> {
    await this.currentSigner();
    const rows = await this.database.query<{ public_jwk: JWK }[]>(
      'SELECT public_jwk FROM signing_key WHERE retired_at IS NULL OR retired_at > now() - make_interval(secs => $1) ORDER BY created_at DESC',
      [this.accessTokenSeconds + MARGIN_SECONDS],
    );
    return { keys: rows.map((row) => row.public_jwk) };
  }

  /** Prepares a successor for a key older than `maxAgeDays`; answers whether it did. Forgets keys that nobody needs. */
  async rotate(maxAgeDays: number): Promise<boolean> {
    const isRotated = await inTransaction(this.database, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [ROTATION_LOCK]);
      await tx.query('DELETE FROM signing_key WHERE retired_at < now() - make_interval(secs => $1)', [
        this.accessTokenSeconds + MARGIN_SECONDS,
      ]);
      const [fresh] = await tx.query<object[]>(
        'SELECT 1 FROM signing_key WHERE retired_at IS NULL AND created_at > now() - make_interval(days => $1)',
        [maxAgeDays],
      );
      if (fresh) return false;
      await this.makeKey(tx, PUBLISHED_BEFORE_SECONDS);
      return true;
    });
    this.remembered = null;
    return isRotated;
  }

  private currentSigner(): Promise<Signer> {
    if (this.remembered && this.remembered.untilMs > Date.now()) return this.remembered.signer;
    const signer = this.readOrMakeSigner();
    this.remembered = { signer, untilMs: Date.now() + REMEMBER_MS };
    signer.catch(() => (this.remembered = null));
    return signer;
  }

  private async readOrMakeSigner(): Promise<Signer> {
    const known = await this.readSigner(this.database.manager);
    if (known) return known;
    // Several processes may start on an empty database at once: the lock lets one make the key, the others then read it.
    return inTransaction(this.database, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [ROTATION_LOCK]);
      return (await this.readSigner(tx)) ?? this.makeKey(tx, 0);
    });
  }

  private async readSigner(manager: EntityManager): Promise<Signer | null> {
    const [row] = await manager.query<{ id: string; sealed: string }[]>(
      'SELECT id, sealed_private_jwk AS sealed FROM signing_key WHERE signs_from <= clock_timestamp() ORDER BY signs_from DESC LIMIT 1',
    );
    const opened = row ? this.sealer.open(row.sealed) : null;
    return row && opened !== null ? { id: row.id, key: await importPrivate(JSON.parse(opened) as JWK) } : null;
  }

  private async makeKey(tx: EntityManager, publishedBeforeSeconds: number): Promise<Signer> {
    const id = randomUUID();
    const { publicKey, privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { crv: 'Ed25519', extractable: true });
    const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid: id, alg: TOKEN_ALGORITHM, use: 'sig' };
    const privateJwk = await exportJWK(privateKey);
    // By the database's clock alone: a process whose own clock is ahead would make a key that the others do not see yet.
    await tx.query(
      `WITH retired AS (UPDATE signing_key SET retired_at = clock_timestamp() + make_interval(secs => $4) WHERE retired_at IS NULL)
       INSERT INTO signing_key (id, public_jwk, sealed_private_jwk, signs_from)
       VALUES ($1, $2::jsonb, $3, clock_timestamp() + make_interval(secs => $4))`,
      [id, JSON.stringify(publicJwk), this.sealer.seal(JSON.stringify(privateJwk)), publishedBeforeSeconds],
    );
    return { id, key: privateKey };
  }
}

async function importPrivate(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, TOKEN_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('a signing key must be asymmetric');
  return key;
}
