import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Logger } from '../../../platform/observability';
import type { FollowUps, OrderTask } from '../order';
import type { OrderTasks } from './order-tasks';

interface TakenTask {
  readonly id: string;
  readonly orderId: number;
  readonly kind: OrderTask;
  readonly subject: number;
  readonly attempts: number;
}

const LEASE = '60 seconds';
const MAX_BACKOFF_SECONDS = 300;
const WAIT_MS = 3_000;
const POLL_MS = 25;

/** What was owed a moment ago and has not failed yet: whoever owed it is doing it. */
const UNDER_WAY = `SELECT 1 FROM order_task WHERE order_id = $1 AND done_at IS NULL AND last_error IS NULL AND run_at > now() LIMIT 1`;

/** Takes the next task whose turn it is: tasks of one order are done in the order they were owed, never two at once. */
const TAKE = `
  UPDATE order_task SET attempts = attempts + 1, run_at = now() + interval '${LEASE}' WHERE id = (
    SELECT t.id FROM order_task t
    WHERE t.done_at IS NULL AND (($1::integer IS NULL AND t.run_at <= now()) OR (t.order_id = $1 AND t.attempts = 0))
      AND NOT EXISTS (SELECT 1 FROM order_task e WHERE e.order_id = t.order_id AND e.id < t.id AND e.done_at IS NULL)
    ORDER BY t.run_at, t.id LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING id, order_id AS "orderId", kind, subject, attempts`;

/** Does what orders owe: at once for an order that just changed, and in rounds for whatever failed or was left behind. */
export class TaskRunner implements FollowUps {
  constructor(
    private readonly database: DataSource,
    private readonly tasks: OrderTasks,
    private readonly logger: Logger,
  ) {}

  async runFor(orderId: number, requestId: string): Promise<void> {
    try {
      while (await this.runNext(orderId, requestId));
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

  /** Everything that is due; answers how much was done. */
  async runDue(): Promise<number> {
    let done = 0;
    while (await this.runNext(null, `task-${randomUUID()}`)) done += 1;
    return done;
  }

  private async runNext(orderId: number | null, requestId: string): Promise<boolean> {
    const [[task]] = await this.database.query<[TakenTask[], number]>(TAKE, [orderId]);
    if (!task) return false;
    try {
      await this.tasks.perform(task.kind, task.orderId, task.subject, requestId);
      await this.database.query('UPDATE order_task SET done_at = now(), last_error = NULL WHERE id = $1', [task.id]);
    } catch (error) {
      const seconds = Math.min(MAX_BACKOFF_SECONDS, 2 ** task.attempts);
      this.logger.warn(
        { err: error, task: task.kind, orderId: task.orderId, attempts: task.attempts, requestId },
        'a task of an order failed',
      );
      await this.database.query(
        `UPDATE order_task SET run_at = now() + make_interval(secs => $2), last_error = $3 WHERE id = $1`,
        [task.id, seconds, error instanceof Error ? error.message : String(error)],
      );
    }
    return true;
  }
}
