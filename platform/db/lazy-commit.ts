/**
 * A condition that always holds, for the `WHERE` of a statement that is a transaction by itself: its commit is not waited
 * for until it is on disk. Should the database server crash within the next moment, the statement may be undone; any
 * later commit of the same database that is waited for takes it along. So it is for what is repeated without harm, such as
 * a lease or the note that an idempotent step was taken, and for what is of no use without a commit that follows.
 */
export const LAZY_COMMIT = `set_config('synchronous_commit', 'off', true) = 'off'`;
