export { ANALYTICS_TOPICS, pseudonymKeyOf } from './analytics.events';
export { AnalyticsService } from './analytics.service';
