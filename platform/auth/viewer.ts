/** Who asks, as the gateway verified it and every subgraph believes it (the hop is signed). */
export interface Viewer {
  readonly kind: 'anonymous' | 'user' | 'service';
  /** The user's integer key; `null` for anonymous viewers and services. */
  readonly userId: number | null;
  readonly roles: readonly Role[];
  readonly scopes: readonly string[];
  /** The session (refresh-token family) that the access token belongs to; `null` without one. */
  readonly sessionId: string | null;
  /** Proves possession of a guest cart or guest order; the client keeps it, like a ticket. `null` without one. */
  readonly guestToken: string | null;
}

export const ROLES = ['CUSTOMER', 'STAFF', 'ADMIN'] as const;
export type Role = (typeof ROLES)[number];

export const anonymous: Viewer = { kind: 'anonymous', userId: null, roles: [], scopes: [], sessionId: null, guestToken: null };

/** The viewer of calls that one of our own processes makes on its own behalf, such as order reserving stock. */
export const service: Viewer = {
  kind: 'service',
  userId: null,
  roles: [],
  scopes: ['internal'],
  sessionId: null,
  guestToken: null,
};

/** What each role may do; a viewer's scopes are those of all their roles. Enforced by the policies of the slices. */
export const SCOPES_OF_ROLE: Readonly<Record<Role, readonly string[]>> = {
  CUSTOMER: [],
  STAFF: ['catalog:write', 'stock:write', 'orders:read', 'orders:write', 'users:read', 'webhooks:write', 'jobs:write'],
  ADMIN: [
    'catalog:write',
    'stock:write',
    'orders:read',
    'orders:write',
    'users:read',
    'users:write',
    'webhooks:write',
    'jobs:write',
  ],
};

export function scopesOf(roles: readonly Role[]): string[] {
  return [...new Set(roles.flatMap((role) => SCOPES_OF_ROLE[role]))];
}

export function hasScope(viewer: Viewer, scope: string): boolean {
  return viewer.scopes.includes(scope);
}
