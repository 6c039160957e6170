import { createHmac, hkdfSync } from 'node:crypto';
import type { AnalyticsEvent } from '../../../platform/analytics';
import type { DomainEvent } from '../../../platform/events';

/** The topics of the bus that are told. Stock moves with every checkout and says nothing that orders do not. */
export const ANALYTICS_TOPICS = ['order', 'cart', 'product', 'category'] as const;

/** What a collector is told of an event: without the person, whom a keyed hash stands for; `null` for what is about a person alone. */
export function analyticsEventOf(event: DomainEvent, source: string, pseudonymKey: Buffer): AnalyticsEvent | null {
  if (event.type === 'order.anonymised') return null;
  // An order's number opens it together with an e-mail address; its id does not.
  const { userId, number: _number, ...data } = event.data;
  const customer = typeof userId === 'string' ? { customer: pseudonymOf(userId, pseudonymKey) } : {};
  return {
    id: event.id,
    type: `mercato.${event.type}`,
    source,
    subject: event.key,
    time: event.at,
    data: { ...data, ...customer },
  };
}

/** Without it nobody finds out who is behind a pseudonym by hashing all ids. */
export function pseudonymKeyOf(signingKey: string | null): Buffer {
  return Buffer.from(hkdfSync('sha256', signingKey ?? 'development', 'mercato', 'customers in analytics', 32));
}

function pseudonymOf(userId: string, key: Buffer): string {
  return createHmac('sha256', key).update(userId).digest('base64url').slice(0, 22);
}
