import type { DataSource } from 'typeorm';
import type { StockPort } from '../stock';

/** Puts received goods back on the shelf, each line once: the stock's own references remember. */
export class ReturnRestock {
  constructor(
    private readonly database: DataSource,
    private readonly stock: StockPort,
  ) {}

  async restock(returnId: number, requestId: string): Promise<void> {
    const lines = await this.database.query<{ id: number; variantId: number; quantity: number }[]>(
      `SELECT l.id, i.variant_id AS "variantId", l.received_quantity AS quantity FROM return_line l JOIN order_item i ON i.id = l.order_item_id
       WHERE l.return_id = $1 AND l.is_restocked AND l.received_quantity > 0 ORDER BY l.id`,
      [returnId],
    );
    for (const { id, variantId, quantity } of lines) {
      await this.stock.restock(`return-line:${id}`, 'returned', [{ variantId, quantity }], requestId);
    }
  }
}
