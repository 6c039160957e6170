/**
 * What the user subgraph tells others. Delivery is at least once: consumers remember `DomainEvent.id` where it matters.
 * `key` is the user's opaque id, but for `session.revoked`, where it is the session's id.
 */
export interface UserEvents {
  /** Somebody opened an account. */
  readonly 'account.registered': { readonly userId: string };
  /** Name, e-mail, roles, addresses or state of an account changed; `touches` names the User. */
  readonly 'account.changed': { readonly userId: string };
  /** The account is anonymised for good: whoever holds personal data of this user removes it now. */
  readonly 'account.erased': { readonly userId: string };
  /** Access tokens of this user that were issued before the event's `at` are no longer good. */
  readonly 'account.access_ended': { readonly userId: string; readonly reason: AccessEndReason };
  /** Access tokens of this session are no longer good. */
  readonly 'session.revoked': { readonly sessionId: string; readonly userId: string; readonly reason: SessionEndReason };
}

export type SessionEndReason = 'LOGGED_OUT' | 'TOKEN_REUSED' | 'PASSWORD_CHANGED';
export type AccessEndReason = 'LOGGED_OUT' | 'PASSWORD_RESET' | 'ROLES_CHANGED' | 'DISABLED' | 'ERASED';
