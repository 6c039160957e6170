import type { Metrics } from '../../../platform/observability';

/** How often provider and shop disagreed, by what about and what became of it; counts from when a process has metrics. */
export interface PaymentMeasures {
  differs(difference: string): void;
  useMetrics(metrics: Metrics): void;
}

export function createPaymentMeasures(): PaymentMeasures {
  let count: (difference: string) => void = () => undefined;
  return {
    differs: (difference) => count(difference),
    useMetrics: (metrics) => {
      const name = 'mercato_payment_differences_total';
      const counter = metrics.counter(name, 'Payments that the provider and the shop disagreed about', ['difference']);
      count = (difference) => counter.inc({ difference });
    },
  };
}
