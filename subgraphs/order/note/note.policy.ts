import { hasScope, type Viewer } from '../../../platform/auth';
import type { OrderNote } from './note.entity';

/** Of those who may see its order: staff that reads orders, and whom it was written for. */
export function maySeeNote(viewer: Viewer, note: OrderNote): boolean {
  return note.isShownToCustomer || hasScope(viewer, 'orders:read');
}
