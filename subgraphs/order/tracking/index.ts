export { TrackingResolver } from './tracking.resolver';
export { TrackingService } from './tracking.service';
