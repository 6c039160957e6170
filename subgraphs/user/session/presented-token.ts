import type { EntityManager } from 'typeorm';
import type { Role } from '../../../platform/auth';
import { hashOfSecret, successorOf } from './refresh-secret';

/** The database's clock as SQL. It also dates events, so tokens and what ends them compare by one clock. */
export const NOW_MS = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::float8';

/** What the database knows of a refresh token that a client shows. */
export interface PresentedToken {
  readonly sessionId: string;
  readonly userKey: number;
  readonly roles: Role[];
  readonly isDisabled: boolean;
  readonly isEnded: boolean;
  readonly isExpired: boolean;
  readonly expiresAt: Date;
  readonly successorSalt: Buffer | null;
  /** `null` for the newest token of its session. */
  readonly secondsSinceRotation: number | null;
  readonly issuedAtMs: number;
}

/**
 * Locks the account first, as whoever changes it and then ends its sessions does: what the token is given for cannot
 * change until the commit. Then the token's row and its session's, in this order everywhere. Both are locked, because
 * after waiting PostgreSQL reads again only the rows that it locks: a second tab must see that the first has rotated the
 * token meanwhile.
 */
export async function lockPresented(tx: EntityManager, secret: string): Promise<PresentedToken | null> {
  await tx.query(
    `SELECT 1 FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN "user" u ON u.id = s.user_id
     WHERE t.token_hash = $1 FOR SHARE OF u`,
    [hashOfSecret(secret)],
  );
  const [found] = await tx.query<PresentedToken[]>(
    `SELECT s.id AS "sessionId", s.user_id AS "userKey", u.roles, u.disabled_at IS NOT NULL AS "isDisabled",
       s.ended_at IS NOT NULL OR u.erased_at IS NOT NULL AS "isEnded", s.expires_at < now() AS "isExpired",
       s.expires_at AS "expiresAt", t.successor_salt AS "successorSalt",
       extract(epoch FROM clock_timestamp() - t.rotated_at)::float8 AS "secondsSinceRotation",
       ${NOW_MS} AS "issuedAtMs"
     FROM refresh_token t JOIN session s ON s.id = t.session_id JOIN "user" u ON u.id = s.user_id
     WHERE t.token_hash = $1 FOR UPDATE OF t, s`,
    [hashOfSecret(secret)],
  );
  return found ?? null;
}

/**
 * The newest token of the chain that begins at `secret`. Usually its successor; but another tab may have refreshed once
 * more meanwhile, and whoever were given a token that is used already would be taken for a thief at their next refresh.
 */
export async function newestAfter(tx: EntityManager, secret: string, salt: Buffer): Promise<string> {
  let newest = successorOf(secret, salt);
  for (;;) {
    const [row] = await tx.query<{ successor_salt: Buffer | null }[]>(
      'SELECT successor_salt FROM refresh_token WHERE token_hash = $1',
      [hashOfSecret(newest)],
    );
    if (!row?.successor_salt) return newest;
    newest = successorOf(newest, row.successor_salt);
  }
}

/** Whose session a token belongs to, used or not; `null` for an unknown one. */
export async function sessionOfToken(tx: EntityManager, secret: string): Promise<string | null> {
  const [found] = await tx.query<{ session_id: string }[]>('SELECT session_id FROM refresh_token WHERE token_hash = $1', [
    hashOfSecret(secret),
  ]);
  return found?.session_id ?? null;
}
