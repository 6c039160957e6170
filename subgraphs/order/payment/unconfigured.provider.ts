import { AppError } from '../../../platform/errors';
import type { PaymentProvider } from './payment.port';

/** Where no provider is set: the shop can be looked at, but nothing can be paid. */
export function createUnconfiguredProvider(): PaymentProvider {
  const refuse = async (): Promise<never> => {
    throw new AppError('UPSTREAM_UNAVAILABLE', 'This shop takes no payments right now', { service: 'payment' });
  };
  return {
    name: 'none',
    authorise: refuse,
    find: refuse,
    read: refuse,
    capture: refuse,
    cancel: refuse,
    refund: refuse,
    refundsOf: refuse,
    since: async function* () {
      // Nobody to compare with.
    },
    readEvent: () => {
      throw new Error('no payment provider is set');
    },
  };
}
