import { AppError } from '../errors';

const PREFIX = 'job_';

/** Jobs are named by random numbers already; the prefix says what the id is of. */
export function failedJobId(key: string): string {
  return PREFIX + key.replaceAll('-', '');
}

/** @throws BAD_USER_INPUT when the text is no id of a failed job */
export function keyOfFailedJob(id: string, field: string): string {
  const match = /^job_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(id);
  if (!match) throw new AppError('BAD_USER_INPUT', `${field} must be ids of failed jobs, as this API gave them`, { field });
  return match.slice(1).join('-');
}
