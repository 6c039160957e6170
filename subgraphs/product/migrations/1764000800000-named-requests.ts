import type { MigrationInterface, QueryRunner } from 'typeorm';
import { IDEMPOTENCY_DDL } from '../../../platform/idempotency';

/** Remembers requests that their clients named, so that a change of stock sent twice is made once. */
export class NamedRequests1764000800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(IDEMPOTENCY_DDL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_key');
  }
}
