import type { EntityManager } from 'typeorm';
import { requireUser, type Viewer } from '../../platform/auth';
import { AppError } from '../../platform/errors';
import { globalId } from '../../platform/federation';
import { IdempotencyKeyReused, readKey, type HeldKey, type IdempotencyService, type KeyOf } from '../../platform/idempotency';
import type { Outcome } from './refused';

/** Who makes a change, and under which name of theirs, if any. */
export interface NamedBy {
  /** For the stock ledger. */
  readonly actor: string;
  readonly name: KeyOf | null;
}

/** @throws BAD_USER_INPUT for a key of a wrong shape */
export function namedBy(viewer: Viewer, operation: string, idempotencyKey: string | null | undefined): NamedBy {
  const actor = globalId('User', requireUser(viewer));
  return { actor, name: idempotencyKey ? { viewer: actor, operation, key: readKey(idempotencyKey) } : null };
}

/** Stores the answer of a change under its name, in the transaction that makes it; does nothing for a change without a name. */
export type Remember<T> = (tx: EntityManager, result: T) => Promise<void>;

/**
 * Makes a change that its client may have named: sent again under that name, it is made once and answered alike. What was
 * refused is not remembered: it may be allowed later.
 *
 * @param name `null` without one
 * @param input all that the client sent: the same name with anything else is refused
 * @throws CONFLICT while the same request is being worked on
 */
export async function changeOnce<T, E extends object>(
  idempotency: IdempotencyService,
  name: KeyOf | null,
  input: unknown,
  change: (remember: Remember<T>) => Promise<Outcome<T, E>>,
): Promise<Outcome<T, E | IdempotencyKeyReused>> {
  if (name === null) return change(async () => {});
  const attempt = await idempotency.begin(name, input);
  switch (attempt.kind) {
    case 'reused':
      return { result: null, errors: [IdempotencyKeyReused.make()] };
    case 'busy':
      throw isWorkedOn();
    case 'done':
      return { result: attempt.response as T, errors: [] };
    case 'ours':
      return rememberIfDone(idempotency, attempt.held, change);
  }
}

async function rememberIfDone<T, E extends object>(
  idempotency: IdempotencyService,
  held: HeldKey,
  change: (remember: Remember<T>) => Promise<Outcome<T, E>>,
): Promise<Outcome<T, E>> {
  let isDone = false;
  try {
    const outcome = await change(async (tx, result) => {
      if (!(await idempotency.finish(tx, held, result))) throw isWorkedOn();
    });
    isDone = outcome.result !== null;
    return outcome;
  } finally {
    if (!isDone) await idempotency.forget(held);
  }
}

function isWorkedOn(): AppError {
  return new AppError('CONFLICT', 'This request is being worked on; send it again in a moment');
}
