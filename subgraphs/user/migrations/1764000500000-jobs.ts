import type { MigrationInterface, QueryRunner } from 'typeorm';
import { JOB_DECISION_DDL, queuedCte } from '../../../platform/jobs';

/** Mails are sent by jobs, which know by themselves how often they were tried; those that wait get a job each. */
export class Jobs1764000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`WITH ${queuedCte(WAITING)} SELECT count(*) FROM queued`);
    await runner.query(`
      ALTER TABLE outgoing_mail DROP COLUMN attempts, DROP COLUMN next_attempt_at, DROP COLUMN dead_at, DROP COLUMN last_error;
      ${JOB_DECISION_DDL}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE job_decision;
      ALTER TABLE outgoing_mail ADD attempts integer NOT NULL DEFAULT 0,
        ADD next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(), ADD dead_at timestamptz, ADD last_error text;
      CREATE INDEX outgoing_mail_due ON outgoing_mail (next_attempt_at) WHERE dead_at IS NULL;`);
  }
}

const WAITING = `(
  SELECT COALESCE(jsonb_agg(jsonb_build_object('name', 'mail.send', 'key', id::text, 'payload', jsonb_build_object('mailId', id))), '[]')
  FROM outgoing_mail WHERE dead_at IS NULL)`;
