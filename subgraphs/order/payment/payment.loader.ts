import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader, type LoaderDefinition } from '../../../platform/loaders';
import type { Payment } from './payment.entity';
import type { PaymentService } from './payment.service';

export type PaymentLoader = LoaderDefinition<number, Payment[], SubgraphContext>;

/** The payments of each order, oldest first. */
export function createPaymentLoader(payments: PaymentService): PaymentLoader {
  return defineLoader({ name: 'paymentsByOrder', batch: (orderIds) => payments.ofOrders(orderIds) });
}
