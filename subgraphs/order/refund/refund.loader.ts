import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { Refund, RefundLineRow } from './refund.entity';
import type { RefundService } from './refund.service';

/** The batches of refunds. */
export function createRefundLoaders(refunds: RefundService) {
  return {
    byKey: defineLoader<number, Refund | null, SubgraphContext>({ name: 'refundByKey', batch: (keys) => refunds.byKeys(keys) }),
    ofOrder: defineLoader<number, Refund[], SubgraphContext>({ name: 'orderRefunds', batch: (keys) => refunds.refundsOf(keys) }),
    lines: defineLoader<number, RefundLineRow[], SubgraphContext>({
      name: 'refundLines',
      batch: (keys) => refunds.linesOf(keys),
    }),
  };
}

export type RefundLoaders = ReturnType<typeof createRefundLoaders>;
