import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OUTBOX_POSITIONS_DDL, OUTBOX_WITHOUT_POSITIONS_DDL } from '../../../platform/events';

/** Events get positions, so that whoever follows them can say where they were. */
export class Positions1764001000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(OUTBOX_POSITIONS_DDL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(OUTBOX_WITHOUT_POSITIONS_DDL);
  }
}
