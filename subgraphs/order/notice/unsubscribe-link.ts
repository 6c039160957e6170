import { createHmac, timingSafeEqual } from 'node:crypto';
import { globalId, tryKeyOf } from '../../../platform/federation';

/** Where the gateway takes it; see `cli/compose/unsubscribe.ts`. */
const PATH = '/unsubscribe';

/** A link that works without signing in, and for this customer alone. */
export function unsubscribeUrl(userId: number, secret: string, publicUrl: string): string {
  const url = new URL(PATH, publicUrl);
  url.searchParams.set('token', `${globalId('User', userId)}.${signatureOf(globalId('User', userId), secret)}`);
  return url.href;
}

/** Whose link it is, or `null` when it is none of ours. */
export function readUnsubscribeToken(token: string, secret: string): number | null {
  const [id = '', signature = ''] = token.split('.');
  const expected = Buffer.from(signatureOf(id, secret));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given) ? tryKeyOf('User', id) : null;
}

function signatureOf(id: string, secret: string): string {
  return createHmac('sha256', secret).update(`no more reminders for ${id}`).digest('base64url');
}
