import type { NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { SessionEndReason, UserEvents } from '../../../schema/events/user-events';

export function sessionRevoked(sessionId: string, userKey: number, reason: SessionEndReason): NewEvent {
  const data: UserEvents['session.revoked'] = { sessionId, userId: globalId('User', userKey), reason };
  return { type: 'session.revoked', key: sessionId, touches: [], data: { ...data } };
}
