import { createHash } from 'node:crypto';
import { ApiError } from './api-error';
import type { JournalEntry } from './journal';
import type { KeptAnswer, Ledger } from './ledger';
import { nowSeconds } from './objects';

export interface NamedRequest {
  readonly key: string;
  readonly fingerprint: string;
}

/** What makes two requests the same to an idempotency key: where they go, and their parameters. */
export function fingerprintOf(method: string, path: string, body: string): string {
  return createHash('sha256').update(`${method} ${path}\n${body}`).digest('base64url');
}

/**
 * Keys as Stripe documents them: the same request is answered as the first one was, whatever that was; another one is an
 * error; one whose first is still being worked on is a conflict.
 */
export class Keys {
  private readonly underWay = new Set<string>();

  constructor(private readonly ledger: Ledger) {}

  /** The answer of an earlier request, or `null`: then this one has begun, and `end` must be called. */
  begin({ key, fingerprint }: NamedRequest): KeptAnswer | null {
    if (this.underWay.has(key)) {
      const message = 'There is currently another in-progress request using this Idempotent Key.';
      throw new ApiError(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
    }
    const kept = this.ledger.answerOf(key);
    if (kept && kept.fingerprint !== fingerprint) {
      const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}'.`;
      throw new ApiError(400, { type: 'idempotency_error', message });
    }
    if (!kept) this.underWay.add(key);
    return kept ?? null;
  }

  end({ key }: NamedRequest): void {
    this.underWay.delete(key);
  }
}

/** Written together with what the request changed, so that no crash keeps the one without the other. */
export function keptAnswer({ key, fingerprint }: NamedRequest, status: number, body: string): JournalEntry {
  const value: KeptAnswer = { fingerprint, status, body, at: nowSeconds() };
  return { kind: 'answer', key, value };
}
