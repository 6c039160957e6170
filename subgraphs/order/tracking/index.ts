export { OrderStatusChange } from './order-status-change';
export { TrackingResolver } from './tracking.resolver';
export { TrackingService } from './tracking.service';
