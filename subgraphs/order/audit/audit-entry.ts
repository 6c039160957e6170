import { createHash } from 'node:crypto';
import { hasScope, type Viewer } from '../../../platform/auth';

/** Who did something. */
export interface AuditActor {
  readonly kind: 'CUSTOMER' | 'GUEST' | 'STAFF' | 'SYSTEM';
  readonly userId: number | null;
}

/** Who acts, for logs and the audit trail. */
export function actorOf(viewer: Viewer): AuditActor {
  if (viewer.kind === 'service') return { kind: 'SYSTEM', userId: null };
  if (viewer.userId === null) return { kind: 'GUEST', userId: null };
  return { kind: hasScope(viewer, 'orders:write') ? 'STAFF' : 'CUSTOMER', userId: viewer.userId };
}

/**
 * Something that was done, to be kept for good. Nothing personal may stand in it: an entry outlives an erased account, and
 * could not be changed without breaking its chain.
 */
export interface NewAuditEntry {
  /** Past tense in capitals, such as `SHIPPED`. */
  readonly action: string;
  /** What it was done to, such as `{ type: 'Refund', id: 'rfd_...' }`. */
  readonly entity: { readonly type: string; readonly id: string };
  readonly actor: AuditActor;
  readonly reason: string | null;
  /** JSON only. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An entry as it was written. */
export interface AuditBody extends NewAuditEntry {
  readonly at: string;
}

/** The exact text that is hashed and stored: an entry is read from it, so there is no second copy that could differ. */
export function bodyOf({ action, entity, actor, reason, data }: NewAuditEntry, at = new Date()): string {
  return JSON.stringify({
    at: at.toISOString(),
    action,
    entity: { type: entity.type, id: entity.id },
    actor: { kind: actor.kind, userId: actor.userId },
    reason,
    data,
  });
}

/** The address of orders whose person was erased. */
export const ERASED_EMAIL = 'erased@example.invalid';
const SEAL = 'sha256:';

/**
 * What people wrote stands in the trail as its hash, and itself in the order's log, from where it can be taken without
 * breaking the chain when the person is erased.
 */
export function sealedReason(reason: string | null, data: AuditBody['data']): Pick<AuditBody, 'reason' | 'data'> {
  const others = Object.entries(data).filter(([name]) => name !== 'reason');
  return { reason: reason === null ? null : sealOf(reason), data: Object.fromEntries(others) };
}

/** The reason of an entry: as it was written, if `told`, which the log still holds, is what was sealed. */
export function openedReason(reason: string | null, told: string | null): string | null {
  if (!reason?.startsWith(SEAL)) return reason;
  return told !== null && sealOf(told) === reason ? told : null;
}

function sealOf(text: string): string {
  return SEAL + createHash('sha256').update(text).digest('hex');
}

/** The hash of an entry; `audit_append` in the database makes the same. */
export function linkOf(previous: Buffer, chain: string, sequence: number, body: string): Buffer {
  return createHash('sha256')
    .update([previous.toString('hex'), chain, String(sequence), body].join('\n'))
    .digest();
}

/** The name of a subject's chain, such as `Order/12`; keys of the database, never ids of the graph. */
export function chainOf(type: string, key: number): string {
  return `${type}/${key}`;
}
