import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { LAZY_COMMIT } from '../../../platform/db';
import { enqueue } from '../../../platform/jobs';
import type { Logger } from '../../../platform/observability';
import { Order, recordsOf, SETTLE_ORDER, type FollowUps, type OrderTask } from '../order';
import type { OrderTasks } from './order-tasks';
import { crashPoint } from '../../../platform/process';

interface TakenTask {
  readonly id: string;
  readonly order: Order;
  readonly kind: OrderTask;
  readonly subject: number;
}

/** Beside the order's columns, none of which begins like that. */
interface TakenRow extends Record<string, unknown> {
  readonly task_id: string;
  readonly task_kind: OrderTask;
  readonly task_subject: number;
}

/** When whoever took a task has died, its order's job takes it again after this; longer than any task takes. */
const LEASE = '30 seconds';
const WAIT_MS = 3_000;
const POLL_MS = 25;

/** What was owed a moment ago and has not failed yet: whoever owed it is doing it. */
const UNDER_WAY = `SELECT 1 FROM order_task WHERE order_id = $1 AND done_at IS NULL AND last_error IS NULL AND run_at > now() LIMIT 1`;

/**
 * Takes an order's next task, with the order: in the order they were owed, never two at once. `$2`: only what nobody has
 * tried yet. `$3`: the one before, whose end is noted in the same statement, or null.
 */
const TAKE = `
  WITH done AS (UPDATE order_task SET done_at = now(), last_error = NULL WHERE id = $3::bigint AND ${LAZY_COMMIT})
  UPDATE order_task taken SET attempts = taken.attempts + 1, run_at = now() + interval '${LEASE}' FROM "order" o WHERE taken.id = (
    SELECT t.id FROM order_task t
    WHERE t.done_at IS NULL AND t.order_id = $1 AND CASE WHEN $2 THEN t.attempts = 0 ELSE t.run_at <= now() END
      AND t.id IS DISTINCT FROM $3
      AND NOT EXISTS (
        SELECT 1 FROM order_task e
        WHERE e.order_id = t.order_id AND e.id < t.id AND e.done_at IS NULL AND e.id IS DISTINCT FROM $3)
    ORDER BY t.id LIMIT 1 FOR UPDATE SKIP LOCKED) AND o.id = taken.order_id AND ${LAZY_COMMIT}
  RETURNING o.*, taken.id AS task_id, taken.kind AS task_kind, taken.subject AS task_subject`;
const DONE = `UPDATE order_task SET done_at = now(), last_error = NULL WHERE id = $1 AND ${LAZY_COMMIT}`;

/** When the first open task of an order is due; no row when it owes nothing. */
const NEXT_DUE = 'SELECT run_at AS "dueAt" FROM order_task WHERE order_id = $1 AND done_at IS NULL ORDER BY id LIMIT 1';

/** Does what orders owe: at once for an order that just changed, and by a job of the order for whatever failed or was left behind. */
export class TaskRunner implements FollowUps {
  constructor(
    private readonly database: DataSource,
    private readonly tasks: OrderTasks,
    private readonly logger: Logger,
  ) {}

  async runFor(orderId: number, requestId: string): Promise<void> {
    try {
      for (let task = await this.take(orderId, true); task; task = await this.take(orderId, true, task.id)) {
        await this.perform(task, requestId);
      }
    } catch (error) {
      this.logger.warn({ err: error, orderId, requestId }, 'what an order owes waits for the worker');
    }
  }

  async waitFor(orderId: number): Promise<void> {
    for (const giveUpAtMs = Date.now() + WAIT_MS; Date.now() < giveUpAtMs; await delay(POLL_MS)) {
      const busy = await this.database.query<unknown[]>(UNDER_WAY, [orderId]);
      if (busy.length === 0) return;
    }
  }

  /** Everything that the order owes; what somebody else is doing at this moment is looked at again later. */
  async settle(orderId: number, requestId: string): Promise<void> {
    for (;;) {
      const [next] = await this.database.query<{ dueAt: Date }[]>(NEXT_DUE, [orderId]);
      if (!next) return;
      const task = await this.take(orderId, false);
      if (task) {
        await this.perform(task, requestId);
        await this.database.query(DONE, [task.id]);
        continue;
      }
      const runAt = new Date(Math.max(next.dueAt.getTime(), Date.now() + 1_000));
      return enqueue(this.database, [{ name: SETTLE_ORDER, payload: { orderId }, key: String(orderId), runAt }]);
    }
  }

  /** @param done the task before it, whose end is noted */
  private async take(orderId: number, isFirstTry: boolean, done: string | null = null): Promise<TakenTask | null> {
    const [[row]] = await this.database.query<[TakenRow[], number]>(TAKE, [orderId, isFirstTry, done]);
    if (!row) return null;
    const [order] = recordsOf(this.database, Order, [row]);
    if (!order) return null;
    crashPoint('task.taken');
    return { id: row.task_id, order, kind: row.task_kind, subject: row.task_subject };
  }

  /** @throws when a task fails: those behind it wait for it */
  private async perform({ id, order, kind, subject }: TakenTask, requestId: string): Promise<void> {
    try {
      await this.tasks.perform(kind, order, subject, requestId);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await this.database.query('UPDATE order_task SET run_at = now(), last_error = $2 WHERE id = $1', [id, message]);
      throw error;
    }
    crashPoint('task.performed');
  }
}
