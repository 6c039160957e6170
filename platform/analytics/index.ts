export type { AnalyticsEvent } from './cloud-events';
export { createCollector, type AnalyticsCollector } from './collector';
