export { ANALYTICS_TOPICS, pseudonymKeyOf } from './analytics.events';
export { ANALYTICS_QUEUE, AnalyticsService } from './analytics.service';
