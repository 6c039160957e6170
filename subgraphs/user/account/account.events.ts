import type { NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { AccessEndReason, UserEvents } from '../../../schema/events/user-events';

export function accountRegistered(userKey: number): NewEvent {
  return accountEvent('account.registered', userKey, {});
}

export function accountChanged(userKey: number): NewEvent {
  return accountEvent('account.changed', userKey, {});
}

export function accountErased(userKey: number): NewEvent {
  return accountEvent('account.erased', userKey, {});
}

export function accessEnded(userKey: number, reason: AccessEndReason): NewEvent {
  return accountEvent('account.access_ended', userKey, { reason });
}

type AccountEventType = Exclude<keyof UserEvents, 'session.revoked'>;

function accountEvent<T extends AccountEventType>(type: T, userKey: number, data: Omit<UserEvents[T], 'userId'>): NewEvent {
  const userId = globalId('User', userKey);
  return { type, key: userId, touches: [{ type: 'User', id: userId }], data: { userId, ...data } };
}
