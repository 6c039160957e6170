export { createLogger, quietChild, type Logger } from './logger';
export { createMetrics, type Metrics } from './metrics';
export { continuingTrace, noteOnSpan, openSpan, startTracing, traced, traceparentFor, type OpenSpan } from './tracing';
