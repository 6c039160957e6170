import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { badInput } from '../../../platform/errors';
import type { IdempotencyKey } from './idempotency.entity';

/** Names one request: the same key of another viewer, or for another operation, is another one. */
export interface KeyOf {
  readonly viewer: string;
  readonly operation: string;
  readonly key: string;
}

export type Attempt =
  | {
      readonly kind: 'ours';
      readonly holder: string;
      /** Whether somebody began before us and never finished. */ readonly isTakenOver: boolean;
    }
  | { readonly kind: 'done'; readonly response: unknown }
  | { readonly kind: 'reused' }
  | { readonly kind: 'busy' };

/** How long one holder may work before another takes over; longer than any checkout takes. */
export const HOLD_SECONDS = 60;
const KEEP = '48 hours';
const WAIT_MS = 5_000;
const POLL_MS = 40;

/**
 * Remembers named requests and their answers. The row is a lease rather than a lock: work between processes goes on
 * while it is held, and no connection is kept waiting for it.
 */
export class IdempotencyService {
  constructor(private readonly database: DataSource) {}

  /** Begins, or answers what became of the request when it was sent before; waits a few seconds for one that runs. */
  async begin(name: KeyOf, input: unknown, waitMs = WAIT_MS): Promise<Attempt> {
    const inputHash = createHash('sha256').update(canonical(input)).digest('base64url');
    const holder = randomUUID();
    const giveUpAtMs = Date.now() + waitMs;
    for (;;) {
      const attempt = await this.tryBegin(name, inputHash, holder);
      if (attempt.kind !== 'busy' || Date.now() > giveUpAtMs) return attempt;
      await delay(POLL_MS);
    }
  }

  /** Stores the answer, in the transaction that makes it true. */
  async finish(tx: EntityManager | DataSource, name: KeyOf, response: unknown): Promise<void> {
    await tx.query(
      `UPDATE idempotency_key SET status = 'DONE', response = $4::jsonb WHERE viewer = $1 AND operation = $2 AND key = $3 AND status = 'RUNNING'`,
      [name.viewer, name.operation, name.key, JSON.stringify(response)],
    );
  }

  /** Forgets a request that came to nothing, so that sending it again begins anew. */
  async forget(name: KeyOf): Promise<void> {
    await this.database.query(
      `DELETE FROM idempotency_key WHERE viewer = $1 AND operation = $2 AND key = $3 AND status = 'RUNNING'`,
      [name.viewer, name.operation, name.key],
    );
  }

  async sweep(): Promise<void> {
    await this.database.query('DELETE FROM idempotency_key WHERE expires_at < now()');
  }

  private async tryBegin(name: KeyOf, inputHash: string, holder: string): Promise<Attempt> {
    const key = [name.viewer, name.operation, name.key];
    const begun = await this.database.query<unknown[]>(
      `INSERT INTO idempotency_key (viewer, operation, key, input_hash, status, holder, held_until, expires_at)
       VALUES ($1, $2, $3, $4, 'RUNNING', $5, now() + interval '${HOLD_SECONDS} seconds', now() + interval '${KEEP}')
       ON CONFLICT DO NOTHING RETURNING 1`,
      [...key, inputHash, holder],
    );
    if (begun.length > 0) return { kind: 'ours', holder, isTakenOver: false };
    const [known] = await this.database.query<
      { input_hash: string; status: IdempotencyKey['status']; response: unknown; is_late: boolean }[]
    >(
      `SELECT input_hash, status, response, held_until < now() AS is_late FROM idempotency_key WHERE viewer = $1 AND operation = $2 AND key = $3`,
      key,
    );
    if (!known) return { kind: 'busy' };
    if (known.input_hash !== inputHash) return { kind: 'reused' };
    if (known.status === 'DONE') return { kind: 'done', response: known.response };
    if (!known.is_late) return { kind: 'busy' };
    const [taken] = await this.database.query<[unknown[], number]>(
      `UPDATE idempotency_key SET holder = $4, held_until = now() + interval '${HOLD_SECONDS} seconds'
       WHERE viewer = $1 AND operation = $2 AND key = $3 AND status = 'RUNNING' AND held_until < now() RETURNING 1`,
      [...key, holder],
    );
    return taken.length > 0 ? { kind: 'ours', holder, isTakenOver: true } : { kind: 'busy' };
  }
}

/** @throws BAD_USER_INPUT unless it has 8 to 200 printable ASCII characters */
export function readKey(key: string, field = 'input.idempotencyKey'): string {
  if (!/^[\x21-\x7e]{8,200}$/.test(key)) throw badInput(field, 'must have 8 to 200 printable ASCII characters without spaces');
  return key;
}

/** JSON with sorted keys, so that the order in which a client writes its fields does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) && !(part instanceof Date)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
