import type { Page } from '../../../platform/federation';
import type { ProductRow } from '../catalog';

/** A page whose total is counted elsewhere, for many lists at once. */
export type UncountedPage = Omit<Page<ProductRow>, 'totalCount'>;
