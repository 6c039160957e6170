import { LRUCache } from 'lru-cache';
import type { DomainEvent, EventBus, Unsubscribe } from '../../platform/events';

/** Access tokens live a day at most, so what was revoked need not be remembered for longer. */
const REMEMBERED_MS = 25 * 3_600_000;
const MAX_REMEMBERED = 100_000;

/** What a token says about itself that a revocation can name. */
export interface TokenFacts {
  /** Opaque id of the user. */
  readonly userId: string;
  readonly sessionId: string | null;
  /** In milliseconds where the issuer tells fractions of a second. */
  readonly issuedAtMs: number;
}

/** Sessions and accounts whose access tokens are refused before they expire, as events told. */
export class Revocations {
  private readonly sessions = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: REMEMBERED_MS });
  private readonly users = new LRUCache<string, number>({ max: MAX_REMEMBERED, ttl: REMEMBERED_MS });
  private readonly listeners = new Set<() => void>();

  /** Takes revocations from now on and, as far as the bus holds them, those that tokens still in use may meet. */
  listen(bus: EventBus): { readonly caughtUp: Promise<void>; readonly stop: Unsubscribe } {
    const { promise: caughtUp, resolve: onCaughtUp } = Promise.withResolvers<void>();
    const options = { sinceMs: REMEMBERED_MS, onCaughtUp };
    return { caughtUp, stop: bus.broadcast(['session', 'account'], (event) => this.take(event), options) };
  }

  /**
   * A session that was revoked never comes back. Of a user, tokens are refused that were issued before the second in
   * which access ended: whole seconds are all that most issuers tell, and who signs in again at once must get in.
   */
  isRevoked(token: TokenFacts): boolean {
    if (token.sessionId !== null && this.sessions.has(token.sessionId)) return true;
    const endedAtMs = this.users.get(token.userId);
    if (endedAtMs === undefined) return false;
    const tellsFractions = token.issuedAtMs % 1000 !== 0;
    return token.issuedAtMs < (tellsFractions ? endedAtMs : Math.floor(endedAtMs / 1000) * 1000);
  }

  /** Called after each revocation, to look again at connections that are open. */
  onRevocation(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Events may be told again, so an old one must not push back what a newer one said. */
  private endAccess(userId: string, atMs: number): void {
    this.users.set(userId, Math.max(atMs, this.users.get(userId) ?? 0));
  }

  private take(event: DomainEvent): void {
    const { sessionId, userId } = event.data;
    if (event.type === 'session.revoked' && typeof sessionId === 'string') this.sessions.set(sessionId, true);
    else if (event.type === 'account.access_ended' && typeof userId === 'string') this.endAccess(userId, Date.parse(event.at));
    else return;
    for (const listener of this.listeners) listener();
  }
}
