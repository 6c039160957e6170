export { JobRefused, type JobContext, type JobDefinition, type JobQueue, type JobSchedule, type NewJob } from './job';
export { enqueue, jobsParameter, queuedCte } from './enqueue';
export { migrateJobs } from './schema';
export { startJobs, type JobsOptions } from './start-jobs';
