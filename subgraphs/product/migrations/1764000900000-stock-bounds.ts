import type { MigrationInterface, QueryRunner } from 'typeorm';
import { RELEASE_DDL, STOCK_BOUNDS_DDL } from './stock-bounds-ddl';

/** Refuses more than numbers of stock can hold, and knows by the ledger what was sold, so that old reservations may go. */
export class StockBounds1764000900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(STOCK_BOUNDS_DDL);
    await runner.query(RELEASE_DDL);
  }

  /** The functions that were replaced answer the same calls, so they stay as they are. */
  async down(): Promise<void> {}
}
