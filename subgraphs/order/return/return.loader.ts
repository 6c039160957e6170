import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { OrderReturn, ReturnLineRow } from './return.entity';
import type { ReturnService } from './return.service';

/** The batches of returns. */
export function createReturnLoaders(returns: ReturnService) {
  return {
    byKey: defineLoader<number, OrderReturn | null, SubgraphContext>({
      name: 'returnByKey',
      batch: (keys) => returns.byKeys(keys),
    }),
    ofOrder: defineLoader<number, OrderReturn[], SubgraphContext>({
      name: 'orderReturns',
      batch: (keys) => returns.returnsOf(keys),
    }),
    lines: defineLoader<number, ReturnLineRow[], SubgraphContext>({
      name: 'returnLines',
      batch: (keys) => returns.linesOf(keys),
    }),
  };
}

export type ReturnLoaders = ReturnType<typeof createReturnLoaders>;
