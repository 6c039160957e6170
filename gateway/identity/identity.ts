import { createHash } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { anonymous, ROLES, scopesOf, type Role, type Viewer } from '../../platform/auth';
import { AppError, badInput } from '../../platform/errors';
import { tryKeyOf } from '../../platform/federation';
import type { KeySource } from '../options';
import { refreshingKeySet } from './key-set';
import type { Revocations, TokenFacts } from './revocations';

const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'RS256', 'PS256'];
const CLOCK_TOLERANCE_SECONDS = 5;
const MAX_TOKEN_CHARACTERS = 4_096;
const MAX_REMEMBERED = 20_000;
const GUEST_TOKEN = /^[A-Za-z0-9_-]{1,200}$/;

/** Who a client turned out to be. */
export interface Identity {
  readonly viewer: Viewer;
  /** `null` without an access token. */
  readonly token: VerifiedToken | null;
}

export const ANONYMOUS: Identity = { viewer: anonymous, token: null };

export interface VerifiedToken extends TokenFacts {
  readonly viewer: Viewer;
  readonly expiresAtMs: number;
}

export interface IdentityOptions {
  /** `null` verifies no token. */
  readonly keySource: KeySource | null;
  readonly issuer: string;
  /** Whether tokens name users of our own graph. */
  readonly subjects: 'ours' | 'any';
  readonly revocations: Revocations;
}

/** Verifies access tokens once and remembers them, by hash, until they expire: a check costs far more than a look-up. */
export class Identifier {
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: MAX_REMEMBERED });
  private readonly keys;

  constructor(private readonly options: IdentityOptions) {
    this.keys = options.keySource && refreshingKeySet(options.keySource);
  }

  /**
   * @param authorization value of that header or connection parameter
   * @throws UNAUTHENTICATED for a token that is malformed, forged, expired or revoked
   * @throws UPSTREAM_UNAVAILABLE when the keys to judge it cannot be had
   */
  async identify(authorization: string | undefined, guestToken: string | undefined): Promise<Identity> {
    if (!this.keys) return ANONYMOUS;
    if (guestToken !== undefined && !GUEST_TOKEN.test(guestToken))
      throw badInput('x-guest-token', 'must be 1 to 200 letters, digits, "_" or "-"');
    const token = authorization === undefined || authorization === '' ? null : await this.verify(bearerOf(authorization));
    const viewer = token?.viewer ?? anonymous;
    return { viewer: guestToken === undefined ? viewer : { ...viewer, guestToken }, token };
  }

  /** Whether a token that was verified before still counts. */
  isStillValid(token: VerifiedToken): boolean {
    return token.expiresAtMs > Date.now() && !this.options.revocations.isRevoked(token);
  }

  private async verify(jwt: string): Promise<VerifiedToken> {
    const hash = createHash('sha256').update(jwt).digest('base64');
    let token = this.verified.get(hash);
    if (!token) {
      token = await this.verifyAnew(jwt);
      this.verified.set(hash, token, { ttl: Math.max(1, token.expiresAtMs - Date.now()) });
    }
    if (!this.isStillValid(token)) throw unauthenticated('The session of the access token has ended; sign in again');
    return token;
  }

  private async verifyAnew(jwt: string): Promise<VerifiedToken> {
    if (!this.keys) throw new Error('a token is verified without keys');
    try {
      const options = { algorithms: ALGORITHMS, issuer: this.options.issuer, clockTolerance: CLOCK_TOLERANCE_SECONDS };
      const { payload } = await jwtVerify(jwt, this.keys, { ...options, requiredClaims: ['sub', 'exp', 'iat'] });
      return this.options.subjects === 'ours' ? readClaims(payload) : readForeignClaims(payload);
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof errors.JWTExpired) throw unauthenticated('The access token has expired; refresh it');
      if (error instanceof errors.JOSEError && !isOfKeys(error))
        throw unauthenticated('The access token is not valid; sign in again');
      const failure = new AppError('UPSTREAM_UNAVAILABLE', 'Access tokens cannot be checked right now; try again');
      failure.cause = error;
      throw failure;
    }
  }
}

/** Faults of the key set say nothing about the token. */
function isOfKeys(error: Error): boolean {
  return error instanceof errors.JWKSInvalid || error instanceof errors.JWKSTimeout || error instanceof errors.JWKInvalid;
}

function bearerOf(authorization: string): string {
  const jwt = /^Bearer +([\w.-]+)$/i.exec(authorization)?.[1];
  if (!jwt || jwt.length > MAX_TOKEN_CHARACTERS) throw unauthenticated('Send an access token as "Authorization: Bearer ..."');
  return jwt;
}

function readClaims(payload: JWTPayload): VerifiedToken {
  const userId = payload.sub ?? '';
  const key = tryKeyOf('User', userId);
  if (key === null) throw unauthenticated('The access token names no user; sign in again');
  const sessionId = typeof payload['sid'] === 'string' ? payload['sid'] : null;
  const roles = Array.isArray(payload['roles']) ? payload['roles'].filter(isRole) : [];
  const viewer: Viewer = { kind: 'user', userId: key, roles, scopes: scopesOf(roles), sessionId, guestToken: null };
  return {
    viewer,
    userId,
    sessionId,
    issuedAtMs: (payload.iat ?? 0) * 1000,
    expiresAtMs: ((payload.exp ?? 0) + CLOCK_TOLERANCE_SECONDS) * 1000,
  };
}

/** Of an issuer that knows nothing of our users: whoever it is, and the scopes that it grants (RFC 8693, or a list). */
function readForeignClaims(payload: JWTPayload): VerifiedToken {
  const { sub = '', iat = 0, exp = 0, sid, scope, scp } = payload;
  const sessionId = typeof sid === 'string' ? sid : null;
  const granted = scope ?? scp;
  const scopes = typeof granted === 'string' ? granted.split(' ').filter(Boolean) : listOfTexts(granted);
  const viewer: Viewer = { kind: 'user', userId: null, roles: [], scopes, sessionId, guestToken: null };
  const expiresAtMs = (exp + CLOCK_TOLERANCE_SECONDS) * 1000;
  return { viewer, userId: sub, sessionId, issuedAtMs: iat * 1000, expiresAtMs };
}

function listOfTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isRole(value: unknown): value is Role {
  return ROLES.includes(value as Role);
}

function unauthenticated(message: string): AppError {
  return new AppError('UNAUTHENTICATED', message);
}
