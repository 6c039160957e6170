import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { globalId } from '../../../platform/federation';
import { groupedByKey, inKeyOrder } from '../../../platform/loaders';
import { audit } from '../audit';
import {
  changeOrder,
  recordsOf,
  type ChangeRefusal,
  type OrderChangeOutcome,
  type OrderChangeRequest,
  type OrderChanges,
} from '../order';
import type { Caller } from '../upstream';
import { OrderNote } from './note.entity';

export interface NewNote extends OrderChangeRequest {
  readonly text: string;
  readonly isShownToCustomer: boolean;
}

/** Keeps what staff writes on orders. */
export class NoteService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: OrderChanges,
  ) {}

  /** A note for staff alone stands in the audit trail, not in the log, which the customer can read. Neither holds its text. */
  add(caller: Caller, note: NewNote): Promise<OrderChangeOutcome<ChangeRefusal>> {
    return this.changes.make(caller, { operation: 'NOTE', action: null }, note, async (tx, order, actor) => {
      const { text, isShownToCustomer } = note;
      const [row] = await tx.query<{ id: number }[]>(
        'INSERT INTO order_note (order_id, text, is_shown_to_customer, author_id) VALUES ($1, $2, $3, $4) RETURNING id',
        [order.id, text, isShownToCustomer, actor.userId],
      );
      if (!row) throw new Error('an inserted note was not returned');
      const data = { note: globalId('OrderNote', row.id), sha256: createHash('sha256').update(text).digest('hex') };
      if (isShownToCustomer) await changeOrder(tx, order, { to: order.status, type: 'NOTE_ADDED', actor, data });
      else {
        const entity = { type: 'Order', id: globalId('Order', order.id) };
        await audit(tx, { type: 'Order', key: order.id }, { action: 'INTERNAL_NOTE_ADDED', entity, actor, reason: null, data });
      }
      return row.id;
    });
  }

  /** In the order of `keys`; `null` for one that does not exist. */
  async byKeys(keys: readonly number[]): Promise<(OrderNote | null)[]> {
    const rows = await this.database.query<Record<string, unknown>[]>('SELECT * FROM order_note WHERE id = ANY($1)', [keys]);
    return inKeyOrder(keys, recordsOf(this.database, OrderNote, rows), ({ id }) => id);
  }

  /** The notes of each order, oldest first, in the order asked. */
  async notesOf(orderIds: readonly number[]): Promise<OrderNote[][]> {
    const rows = await this.database.query<Record<string, unknown>[]>(
      'SELECT * FROM order_note WHERE order_id = ANY($1) ORDER BY order_id, id',
      [orderIds],
    );
    return groupedByKey(orderIds, recordsOf(this.database, OrderNote, rows), (note) => note.orderId);
  }
}
