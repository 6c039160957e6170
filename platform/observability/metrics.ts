import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A process's metrics in Prometheus form. Label values come from closed lists, so that series stay few. */
export interface Metrics {
  histogram<L extends string>(name: string, help: string, labels: readonly L[], buckets?: readonly number[]): Histogram<L>;
  counter<L extends string>(name: string, help: string, labels: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels: readonly L[]): Gauge<L>;
  /** The text for `/metrics`. */
  expose(): Promise<string>;
  readonly contentType: string;
}

/** Seconds; a shop's answers lie between a cache hit and a deadline. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own with the process's defaults: CPU, memory, garbage collection, event loop lag. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    histogram: (name, help, labels, buckets = BUCKETS) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [registry] }),
    counter: (name, help, labels) => new Counter({ name, help, labelNames: labels, registers: [registry] }),
    gauge: (name, help, labels) => new Gauge({ name, help, labelNames: labels, registers: [registry] }),
    expose: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
