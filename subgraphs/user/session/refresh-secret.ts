import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A fresh refresh token: 256 random bits. */
export function newRefreshSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What the database keeps of a token. The token is random, so a plain hash cannot be searched. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export function newSuccessorSalt(): Buffer {
  return randomBytes(32);
}

/**
 * The token that follows `secret`. Two tabs that present the same token within the grace window must get the same
 * successor, or the slower tab would hold a token that looks stolen at the next refresh. It is therefore computed
 * and not drawn: only who holds the old token *and* the row's salt can compute it. The database alone (salt and hashes)
 * yields no usable token, and a token that leaked without the database yields no later one.
 */
export function successorOf(secret: string, salt: Buffer): string {
  return createHmac('sha256', secret).update(salt).digest('base64url');
}
