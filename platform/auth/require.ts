import { AppError } from '../errors';
import { hasScope, type Viewer } from './viewer';

/** @throws UNAUTHENTICATED unless the viewer is a signed-in user; answers their key */
export function requireUser(viewer: Viewer): number {
  if (viewer.userId === null)
    throw new AppError('UNAUTHENTICATED', 'Sign in first: send an access token as "Authorization: Bearer ..."');
  return viewer.userId;
}

/** @throws UNAUTHENTICATED for anonymous viewers, FORBIDDEN for users that lack the scope */
export function requireScope(viewer: Viewer, scope: string): void {
  if (hasScope(viewer, scope)) return;
  if (viewer.kind === 'anonymous') requireUser(viewer);
  throw new AppError('FORBIDDEN', `This needs the scope ${scope}, which your account does not have`, { scope });
}

/** For fields that only our own processes may call. @throws NOT_FOUND for everybody else */
export function requireService(viewer: Viewer): void {
  if (viewer.kind !== 'service') throw new AppError('NOT_FOUND', 'This field does not exist, or you may not see it');
}
