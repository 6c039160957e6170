import type { NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { ProductChangedData } from '../../../schema/events/product-events';

/** `product.changed`; touches the product and those of its variants that are named. */
export function productChanged(
  change: ProductChangedData['change'],
  productKey: number,
  variantKeys: readonly number[],
): NewEvent {
  const productId = globalId('Product', productKey);
  const data: ProductChangedData = { productId, change };
  const variants = variantKeys.map((key) => ({ type: 'ProductVariant', id: globalId('ProductVariant', key) }));
  return {
    type: 'product.changed',
    key: productId,
    touches: [{ type: 'Product', id: productId }, ...variants],
    data: { ...data },
  };
}
