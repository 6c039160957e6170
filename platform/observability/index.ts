export { createLogger, quietChild, type Logger } from './logger';
export { createMetrics, type Metrics } from './metrics';
export { continuingTrace, noteOnSpan, startTracing, traced, traceparentFor } from './tracing';
