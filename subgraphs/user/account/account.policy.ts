import { hasScope, type Viewer } from '../../../platform/auth';
import { User } from './account.entity';

/** Records whose owner has given the password in this very request; see {@link provedToBe}. */
const proven = new WeakSet<object>();

/** People see themself; staff and our own services see everybody. */
export function maySeeUser(viewer: Viewer, user: Pick<User, 'id'>): boolean {
  return viewer.kind === 'service' || viewer.userId === user.id || hasScope(viewer, 'users:read') || proven.has(user);
}

/** The address is as visible as the account today; a rule of its own, because names may become public before it does. */
export function maySeeEmail(viewer: Viewer, user: Pick<User, 'id'>): boolean {
  return maySeeUser(viewer, user);
}

/**
 * The account as its owner sees it, for answers to sign-ins: the request came from an anonymous viewer, who turned out to
 * be this user. A copy, because the record itself may be shared with requests of others.
 */
export function provedToBe(user: User): User {
  // An instance, because TypeGraphQL would hand its resolvers another copy of anything else.
  const own = Object.assign(new User(), user);
  proven.add(own);
  return own;
}
