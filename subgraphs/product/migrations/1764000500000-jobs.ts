import type { MigrationInterface, QueryRunner } from 'typeorm';
import { JOB_DECISION_DDL } from '../../../platform/jobs';

/** What staff decided about jobs that had failed. */
export class Jobs1764000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(JOB_DECISION_DDL);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE job_decision');
  }
}
