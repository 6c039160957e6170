import { hasScope, type Viewer } from '../../../platform/auth';
import type { User } from './account.entity';

/** People see themself; staff and our own services see everybody. */
export function maySeeUser(viewer: Viewer, user: Pick<User, 'id'>): boolean {
  return viewer.kind === 'service' || viewer.userId === user.id || hasScope(viewer, 'users:read');
}

/** The address is as visible as the account today; a field of its own, because names may become public before it does. */
export function maySeeEmail(viewer: Viewer, user: Pick<User, 'id'>): boolean {
  return maySeeUser(viewer, user);
}
