export { giveBack, sumOf, unrefunded, worthOf } from './give-back';
export { Refund } from './refund.entity';
export { createRefundLoaders } from './refund.loader';
export { bookWhole, RefundPayout } from './refund.payout';
export { RefundFieldsResolver, RefundResolver } from './refund.resolver';
export { RefundService } from './refund.service';
