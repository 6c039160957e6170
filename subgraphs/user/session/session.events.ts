import type { NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { SessionEndReason } from '../../../schema/events/user-events';

export function sessionRevoked(sessionId: string, userKey: number, reason: SessionEndReason): NewEvent {
  return { type: 'session.revoked', key: sessionId, touches: [], data: { sessionId, userId: globalId('User', userKey), reason } };
}
