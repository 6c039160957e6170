import type { SubgraphContext } from '../../../platform/federation';
import { defineSharedLoader, type LoaderDefinition } from '../../../platform/loaders';
import type { Payment } from './payment.entity';
import type { PaymentService } from './payment.service';

export type PaymentLoader = LoaderDefinition<number, Payment[], SubgraphContext>;

/** The payments of each order, oldest first. */
export function createPaymentLoader(payments: PaymentService): PaymentLoader {
  return defineSharedLoader({ name: 'paymentsByOrder', batch: (orderIds) => payments.ofOrders(orderIds) });
}
