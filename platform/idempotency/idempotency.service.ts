import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { LAZY_COMMIT } from '../db';
import { badInput } from '../errors';
import type { IdempotencyKey } from './idempotency.entity';

/** Names one request: the same key of another viewer, or for another operation, is another one. */
export interface KeyOf {
  readonly viewer: string;
  readonly operation: string;
  readonly key: string;
}

/** A request that somebody works on: only its holder may answer or forget it. */
export interface HeldKey extends KeyOf {
  readonly holder: string;
}

export type Attempt =
  | {
      readonly kind: 'ours';
      readonly held: HeldKey;
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

  /**
   * Stores the answer, in the transaction that makes it true. `false` when another has taken the request over: whoever
   * lost it must let the transaction fail, or the other's answer would not be the only one.
   */
  async finish(tx: EntityManager | DataSource, held: HeldKey, response: unknown): Promise<boolean> {
    const [finished] = await tx.query<[unknown[], number]>(
      `UPDATE idempotency_key SET status = 'DONE', response = $5::jsonb WHERE ${IS_HELD} RETURNING 1`,
      [...valuesOf(held), JSON.stringify(response)],
    );
    return finished.length > 0;
  }

  /** Lets go of a request that has no answer yet: whoever sends it again takes it over at once. */
  async release(held: HeldKey): Promise<void> {
    await this.database.query(
      `UPDATE idempotency_key SET held_until = now() - interval '1 millisecond' WHERE ${IS_HELD}`,
      valuesOf(held),
    );
  }

  /** Forgets a request that came to nothing, so that sending it again begins anew. `false` when another has taken it over. */
  async forget(held: HeldKey): Promise<boolean> {
    const [forgotten] = await this.database.query<[unknown[], number]>(
      `DELETE FROM idempotency_key WHERE ${IS_HELD} RETURNING 1`,
      valuesOf(held),
    );
    return forgotten.length > 0;
  }

  /**
   * Takes over a request for recovery. `ours`: its holder left it behind. `theirs`: somebody works on it. `over`: it has
   * its answer, or was forgotten.
   */
  async adopt(held: HeldKey): Promise<'ours' | 'theirs' | 'over'> {
    const [found] = await this.database.query<{ is_running: boolean; is_late: boolean }[]>(
      `SELECT status = 'RUNNING' AS is_running, held_until < now() AS is_late FROM idempotency_key
       WHERE viewer = $1 AND operation = $2 AND key = $3`,
      [held.viewer, held.operation, held.key],
    );
    if (!found?.is_running) return 'over';
    return found.is_late && (await this.takeOver(held)) ? 'ours' : 'theirs';
  }

  async sweep(): Promise<void> {
    await this.database.query('DELETE FROM idempotency_key WHERE expires_at < now()');
  }

  private async takeOver(held: HeldKey): Promise<boolean> {
    const [taken] = await this.database.query<[unknown[], number]>(
      `UPDATE idempotency_key SET holder = $4, held_until = now() + interval '${HOLD_SECONDS} seconds'
       WHERE viewer = $1 AND operation = $2 AND key = $3 AND status = 'RUNNING' AND held_until < now() RETURNING 1`,
      valuesOf(held),
    );
    return taken.length > 0;
  }

  private async tryBegin(name: KeyOf, inputHash: string, holder: string): Promise<Attempt> {
    const key = [name.viewer, name.operation, name.key];
    const held = { ...name, holder };
    // What is done under the name is committed later, and takes the name along.
    const begun = await this.database.query<unknown[]>(
      `INSERT INTO idempotency_key (viewer, operation, key, input_hash, status, holder, held_until, expires_at)
       SELECT $1, $2, $3, $4, 'RUNNING', $5::uuid, now() + interval '${HOLD_SECONDS} seconds', now() + interval '${KEEP}'
       WHERE ${LAZY_COMMIT} ON CONFLICT DO NOTHING RETURNING 1`,
      [...key, inputHash, holder],
    );
    if (begun.length > 0) return { kind: 'ours', held, isTakenOver: false };
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
    return (await this.takeOver(held)) ? { kind: 'ours', held, isTakenOver: true } : { kind: 'busy' };
  }
}

const IS_HELD = `viewer = $1 AND operation = $2 AND key = $3 AND holder = $4 AND status = 'RUNNING'`;

/**
 * A part `answered AS (...)` for a `WITH` list that does what {@link IdempotencyService.finish} does beside other rows; it has
 * a row when the request is still the holder's.
 *
 * @param of the parameters of a statement, such as `$1`
 */
export function answeredCte(of: Readonly<Record<keyof HeldKey | 'response', string>>): string {
  return `answered AS (
    UPDATE idempotency_key SET status = 'DONE', response = ${of.response}::jsonb
    WHERE viewer = ${of.viewer} AND operation = ${of.operation} AND key = ${of.key} AND holder = ${of.holder}::uuid AND status = 'RUNNING'
    RETURNING 1)`;
}

function valuesOf({ viewer, operation, key, holder }: HeldKey): string[] {
  return [viewer, operation, key, holder];
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
