import type { MigrationInterface, QueryRunner } from 'typeorm';
import { GLOBAL_ID_DDL } from '../../../platform/federation';
import { HOT_STOCK_DDL } from './hot-stock-ddl';
import { CLAIM_ONE_DDL, RESERVE_ONE_DDL } from './stock-ddl';

/** Reservations and claims of many buyers go together; stock functions write their events themselves. */
export class HotStock1764000700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(GLOBAL_ID_DDL);
    await runner.query(HOT_STOCK_DDL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION reserve_stock_many, claim_stock_many, hold_reservations, raise_reserved, known_reservation, stock_left, tell_stock,
        global_id;
      ${RESERVE_ONE_DDL}
      ${CLAIM_ONE_DDL}`);
  }
}
