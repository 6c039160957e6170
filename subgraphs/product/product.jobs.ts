import type { BackgroundWork, JobDefinition } from '../../platform/jobs';
import type { Metrics } from '../../platform/observability';
import type { ReservationService, StockViolation } from './stock';

const KEEP_ENDED_DAYS = 90;

/** What its jobs work with. */
export interface ProductJobsDependencies {
  readonly reservations: ReservationService;
  readonly forgetDecisions: () => Promise<void>;
  readonly checkStock: () => Promise<readonly StockViolation[]>;
  /** Told how many contradictions the last check of stock found. */
  readonly onChecked: (violations: number) => void;
}

/** What the product subgraph does in the background. */
export function createProductJobs({
  reservations,
  forgetDecisions,
  checkStock,
  onChecked,
}: ProductJobsDependencies): BackgroundWork {
  const expire: JobDefinition<object> = {
    name: 'stock.expire-reservations',
    concurrency: 1,
    isRoutine: true,
    run: async (_payload, { logger, signal }) => {
      for (let expired = 1; expired > 0 && !signal.aborted;) {
        expired = await reservations.expireOverdue();
        if (expired > 0) logger.info({ expired }, 'stock reservations expired');
      }
    },
  };
  const forget: JobDefinition<object> = {
    name: 'stock.forget-reservations',
    concurrency: 1,
    isRoutine: true,
    run: async (_payload, { signal }) => {
      await reservations.forgetEnded(KEEP_ENDED_DAYS, signal);
      await forgetDecisions();
    },
  };
  const check: JobDefinition<object> = {
    name: 'stock.check-ledger',
    concurrency: 1,
    isRoutine: true,
    run: async (_payload, { logger }) => {
      const violations = await checkStock();
      onChecked(violations.length);
      for (const violation of violations) logger.error({ violation }, 'stock does not add up');
    },
  };
  return {
    definitions: [expire, forget, check],
    schedules: [
      { name: expire.name, everySeconds: 5 },
      { name: forget.name, everySeconds: 3_600 },
      { name: check.name, everySeconds: 900 },
    ],
  };
}

/** Counts contradictions of stock for whoever watches; does nothing until it is given a process's metrics. */
export class StockMeasure {
  private gauge: ReturnType<Metrics['gauge']> | null = null;

  showIn(metrics: Metrics | undefined): void {
    this.gauge ??=
      metrics?.gauge('stock_violations', 'Contradictions between stock, its ledger and reservations, at the last check.', []) ??
      null;
  }

  set(violations: number): void {
    this.gauge?.set(violations);
  }
}
