export { startBackground, type BackgroundWork } from './background';
export { consumeAsJobs, HANDLED_EVENT_DDL, sweepHandledEvents, type EventConsumer } from './consume';
export { discardDeadLetters, retryDeadLetters } from './dead-letters';
export { JOB_DECISION_DDL, sweepDecisions } from './decision-ddl';
export { JobRefused, type JobContext, type JobDefinition, type JobQueue, type JobSchedule, type NewJob } from './job';
export { enqueue, jobsParameter, queuedCte, wakeWorkers } from './enqueue';
export { forgetJobs } from './forget';
export { migrateJobs } from './schema';
export { startJobs, type JobsOptions } from './start-jobs';
