import { createHash, randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { TicketPurpose } from './ticket.entity';
import { TokenExpired, TokenInvalid } from './ticket.errors';

const LIFETIME_SECONDS: Readonly<Record<TicketPurpose, number>> = {
  PASSWORD_RESET: 30 * 60,
  EMAIL_VERIFICATION: 3 * 24 * 3600,
  EMAIL_CHANGE: 3 * 24 * 3600,
};

export interface ValidTicket {
  readonly userKey: number;
  readonly email: string | null;
}

/** Single-use tokens for mails. */
export class TicketService {
  /** A new token, to be mailed. Older ones for the same purpose stay good until one of them is used. */
  async issue(tx: EntityManager, purpose: TicketPurpose, userKey: number, email: string | null): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await tx.query(
      'INSERT INTO ticket (token_hash, user_id, purpose, email, expires_at) VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))',
      [hashOf(token), userKey, purpose, email, LIFETIME_SECONDS[purpose]],
    );
    return token;
  }

  /** Locks and answers a token that is good now. It stays good until {@link use} is called in the same transaction. */
  async look(tx: EntityManager, purpose: TicketPurpose, token: string): Promise<ValidTicket | TokenInvalid | TokenExpired> {
    const [found] = await tx.query<(ValidTicket & { isUsed: boolean; isExpired: boolean })[]>(
      `SELECT user_id AS "userKey", email, used_at IS NOT NULL AS "isUsed", expires_at < now() AS "isExpired"
       FROM ticket WHERE token_hash = $1 AND purpose = $2 FOR UPDATE`,
      [hashOf(token), purpose],
    );
    if (!found || found.isUsed) return new TokenInvalid();
    return found.isExpired ? new TokenExpired() : found;
  }

  /** Uses up every open token that the user has for this purpose. */
  async use(tx: EntityManager, purpose: TicketPurpose, userKey: number): Promise<void> {
    await tx.query('UPDATE ticket SET used_at = now() WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL', [
      userKey,
      purpose,
    ]);
  }

  /** Forgets all tickets of a user, used ones too: they hold addresses. */
  async eraseAll(tx: EntityManager, userKey: number): Promise<void> {
    await tx.query('DELETE FROM ticket WHERE user_id = $1', [userKey]);
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
