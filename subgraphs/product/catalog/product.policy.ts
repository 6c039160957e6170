import { hasScope, type Viewer } from '../../../platform/auth';
import type { ProductStatus } from './product.entity';

/** Staff see every product. */
export function seesAllProducts(viewer: Viewer): boolean {
  return viewer.kind === 'service' || hasScope(viewer, 'catalog:write');
}

/** The shop shows active products; staff see every one. */
export function showsInShop(viewer: Viewer, status: ProductStatus): boolean {
  return status === 'ACTIVE' || seesAllProducts(viewer);
}

/** Who got an id from an order may still read a product that is no longer sold; drafts are for staff alone. */
export function mayRead(viewer: Viewer, status: ProductStatus): boolean {
  return status !== 'DRAFT' || seesAllProducts(viewer);
}
