import type { Identifier, VerifiedToken } from '../identity/identity';

const SWEEP_MS = 250;

/** Something that stays open on the strength of an access token. */
export interface OpenSession {
  /** `null` for who came without one. */
  readonly token: VerifiedToken | null;
  /** Its token counts no more. */
  endOf(reason: 'expired' | 'revoked'): void;
  /** Called some times a second. */
  tick(nowMs: number): void;
}

/** All that is open: ended within a second when its token expires or is revoked. */
export class OpenSessions {
  private readonly open = new Set<OpenSession>();
  private readonly sweep: NodeJS.Timeout;

  constructor(private readonly identifier: Identifier) {
    this.sweep = setInterval(() => this.judge(), SWEEP_MS);
    this.sweep.unref();
  }

  [Symbol.iterator](): IterableIterator<OpenSession> {
    return this.open[Symbol.iterator]();
  }

  get size(): number {
    return this.open.size;
  }

  add(session: OpenSession): void {
    this.open.add(session);
  }

  remove(session: OpenSession): void {
    this.open.delete(session);
  }

  stop(): void {
    clearInterval(this.sweep);
  }

  private judge(): void {
    const nowMs = Date.now();
    for (const session of this.open) {
      const { token } = session;
      if (token && !this.identifier.isStillValid(token)) session.endOf(token.expiresAtMs > nowMs ? 'revoked' : 'expired');
      else session.tick(nowMs);
    }
  }
}
