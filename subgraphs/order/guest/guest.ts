import { createHash, randomBytes } from 'node:crypto';
import type { Viewer } from '../../../platform/auth';

/** To whom a cart or an order belongs: a customer, or whoever holds a guest token. */
export type Owner =
  | { readonly userId: number; readonly guestTokenHash: null }
  | { readonly userId: null; readonly guestTokenHash: string };

/** The viewer as an owner; an account goes before a guest token. `null` for a visitor without either. */
export function ownerOf(viewer: Viewer): Owner | null {
  if (viewer.userId !== null) return { userId: viewer.userId, guestTokenHash: null };
  const guestTokenHash = hashOfGuestToken(viewer.guestToken);
  return guestTokenHash === null ? null : { userId: null, guestTokenHash };
}

/** A text that is equal for equal owners. */
export function ownerKey(owner: Owner): string {
  return owner.userId === null ? `guest:${owner.guestTokenHash}` : `user:${owner.userId}`;
}

/** 256 random bits that a guest's client keeps; only the hash is stored. */
export function newGuestToken(): string {
  return randomBytes(32).toString('base64url');
}

export function isGuestToken(text: string | null): text is string {
  return text !== null && /^[\w-]{43}$/.test(text);
}

/** `null` for what cannot be a guest token, which then counts as none. */
export function hashOfGuestToken(token: string | null): string | null {
  return isGuestToken(token) ? createHash('sha256').update(token).digest('base64url') : null;
}
