import type { DataSource } from 'typeorm';
import type { DomainEvent, EventBus } from '../../platform/events';
import { consumeAsJobs, sweepDecisions, sweepHandledEvents, type BackgroundWork, type JobDefinition } from '../../platform/jobs';
import type { Stoppable } from '../../platform/process';
import { tellAbandonedCarts } from './cart';
import type { CheckoutRecovery } from './checkout';
import type { TaskRunner } from './followup';
import { forgetErasedAccount, SETTLE_ORDER } from './order';
import { sweepEnded } from './order.sweep';

export interface OrderJobsDependencies {
  readonly database: DataSource;
  readonly runner: TaskRunner;
  readonly recovery: CheckoutRecovery;
  readonly abandonedCartHours: number;
  /** What each slice lets go of once an hour, because nobody will ask for it again. */
  readonly sweeps: readonly (() => Promise<unknown>)[];
}

const FORGET_ACCOUNT = 'order.forget-account';

/** What the order subgraph does in the background for its own orders, checkouts and carts. */
export function createOrderJobs(deps: OrderJobsDependencies): BackgroundWork {
  const { database } = deps;
  const settle: JobDefinition<{ orderId: number }> = {
    name: SETTLE_ORDER,
    // Some three hours, in which a payment provider may be away.
    maxAttempts: 45,
    timeoutSeconds: 60,
    concurrency: 2,
    batchSize: 20,
    run: ({ orderId }, { jobId }) => deps.runner.settle(orderId, `job-${jobId}`),
  };
  const recover: JobDefinition<object> = {
    name: 'checkout.recover',
    concurrency: 1,
    isRoutine: true,
    run: async (_payload, { signal }) => {
      while (!signal.aborted && (await deps.recovery.recoverAbandoned(signal)) > 0);
    },
  };
  const findAbandoned: JobDefinition<object> = {
    name: 'cart.find-abandoned',
    concurrency: 1,
    isRoutine: true,
    run: async (_payload, { logger }) => {
      for (let found = 1; found > 0;) {
        found = await tellAbandonedCarts(database, deps.abandonedCartHours);
        if (found > 0) logger.info({ carts: found }, 'carts were abandoned');
      }
    },
  };
  const sweep: JobDefinition<object> = {
    name: 'order.sweep',
    concurrency: 1,
    isRoutine: true,
    run: async () => {
      for (const each of deps.sweeps) await each();
      await sweepEnded(database);
      await sweepHandledEvents(database);
      await sweepDecisions(database);
    },
  };
  const forget: JobDefinition<DomainEvent> = { name: FORGET_ACCOUNT, run: (event) => forgetErasedAccount(database, event) };
  return {
    definitions: [settle, recover, findAbandoned, sweep, forget],
    schedules: [
      { name: recover.name, everySeconds: 2 },
      { name: findAbandoned.name, everySeconds: 600 },
      { name: sweep.name, everySeconds: 3_600 },
    ],
  };
}

/** Takes the events that the order subgraph must not miss; called in worker processes only. */
export function startOrderConsumers(bus: EventBus, database: DataSource): Stoppable {
  const wants = ({ type }: DomainEvent): boolean => type === 'account.erased';
  const stop = consumeAsJobs(bus, database, { name: 'order-privacy', topics: ['account'], wants, job: FORGET_ACCOUNT });
  return { name: 'order consumers', stop };
}
