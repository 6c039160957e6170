import type { MigrationInterface, QueryRunner } from 'typeorm';
import { JOB_DECISION_DDL, queuedCte } from '../../../platform/jobs';

/** Every consumer of events notes its own; carts remember that they were abandoned; what orders owe gets jobs. */
export class Jobs1764000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE handled_event ADD consumer text NOT NULL DEFAULT 'order-privacy', DROP CONSTRAINT handled_event_pkey,
        ADD PRIMARY KEY (event_id, consumer);
      ALTER TABLE handled_event ALTER consumer DROP DEFAULT;
      CREATE INDEX handled_event_age ON handled_event (at);
      ALTER TABLE cart ADD abandoned_at timestamptz;
      CREATE INDEX cart_left_alone ON cart (updated_at) WHERE status = 'ACTIVE' AND user_id IS NOT NULL AND abandoned_at IS NULL;
      DROP INDEX order_task_due;
      CREATE INDEX order_task_open ON order_task (order_id, id) WHERE done_at IS NULL;
      ${JOB_DECISION_DDL}`);
    await runner.query(`WITH ${queuedCte(OPEN)} SELECT count(*) FROM queued`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE job_decision;
      DROP INDEX order_task_open;
      CREATE INDEX order_task_due ON order_task (run_at) WHERE done_at IS NULL;
      ALTER TABLE cart DROP COLUMN abandoned_at;
      DROP INDEX handled_event_age;
      DELETE FROM handled_event WHERE consumer <> 'order-privacy';
      ALTER TABLE handled_event DROP CONSTRAINT handled_event_pkey, DROP COLUMN consumer, ADD PRIMARY KEY (event_id);`);
  }
}

const OPEN = `(
  SELECT COALESCE(jsonb_agg(DISTINCT jsonb_build_object('name', 'order.settle', 'key', order_id::text,
    'payload', jsonb_build_object('orderId', order_id))), '[]')
  FROM order_task WHERE done_at IS NULL)`;
