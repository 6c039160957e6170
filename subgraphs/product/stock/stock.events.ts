import type { NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { StockChangedData } from '../../../schema/events/product-events';

/** A variant that a stock function touched, as its `changed` says. */
export interface ChangedStock {
  readonly variantId: number;
  readonly productId: number;
  readonly available: number;
  readonly isSellable: boolean;
}

/** `stock.changed`, one for each product. */
export function stockChanged(cause: StockChangedData['cause'], changed: readonly ChangedStock[]): NewEvent[] {
  return [...Map.groupBy(changed, ({ productId }) => productId)].map(([productKey, ofProduct]) => {
    const productId = globalId('Product', productKey);
    const variants = ofProduct.map(({ variantId, available, isSellable }) => ({
      variantId: globalId('ProductVariant', variantId),
      available,
      isSellable,
    }));
    const data: StockChangedData = { productId, cause, variants };
    return {
      type: 'stock.changed',
      key: productId,
      touches: [
        { type: 'Product', id: productId },
        ...variants.map(({ variantId }) => ({ type: 'ProductVariant', id: variantId })),
      ],
      data: { ...data },
    };
  });
}
