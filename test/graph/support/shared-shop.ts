import { sharedDatabase } from '../../support/database';
import { sharedUrl } from '../../support/graph';
import { Storefront } from '../../support/storefront';

/** The system that all tests share, as a shop. */
export function sharedShop(): Storefront {
  const url = (name: 'user' | 'product' | 'order'): string => sharedDatabase(name).url;
  return new Storefront(sharedUrl(), { user: url('user'), product: url('product'), order: url('order') });
}
