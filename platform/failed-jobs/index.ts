export { keyOfFailedJob } from './failed-job.id';
export { createFailedJobResolver } from './failed-job.resolver';
export { FailedJobService, type FailedJobView } from './failed-job.service';
