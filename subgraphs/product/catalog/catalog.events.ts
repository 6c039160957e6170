import type { NewEvent } from '../../../platform/events';
import { globalId } from '../../../platform/federation';
import type { ProductChangedData } from '../../../schema/events/product-events';

/** `product.changed`; touches the product, its variants, and the categories whose lists and counts it may have changed. */
export function productChanged(
  change: ProductChangedData['change'],
  productKey: number,
  variantKeys: readonly number[],
  categoryKeys: readonly number[] = [],
): NewEvent {
  const productId = globalId('Product', productKey);
  const data: ProductChangedData = { productId, change };
  const variants = variantKeys.map((key) => ({ type: 'ProductVariant', id: globalId('ProductVariant', key) }));
  const categories = categoryKeys.map((key) => ({ type: 'Category', id: globalId('Category', key) }));
  return {
    type: 'product.changed',
    key: productId,
    touches: [{ type: 'Product', id: productId }, ...variants, ...categories],
    data: { ...data },
  };
}
