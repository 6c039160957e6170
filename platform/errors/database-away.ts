/** SQLSTATE of a server that starts, stops or has no connection left, and of connections that broke. */
const AWAY_SQLSTATE = /^(08|57P0[1-3]|53300)/;
const AWAY_SYSTEM_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
/**
 * Told by words alone: by pg, and by TypeORM, which gives a connection back as soon as it breaks, in the middle of a
 * transaction too, and refuses the transaction's next statement.
 */
const AWAY_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query runner already released|Database connection provided by a query runner was already released|Query read timeout|timeout exceeded when trying to connect|timeout expired|Cannot use a pool after)/;

/** Whether a database could not be reached, so that asking again later may help; anything else about it is a bug. */
export function isDatabaseAway(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    const code = 'code' in current ? String(current.code) : '';
    if (AWAY_SQLSTATE.test(code) || AWAY_SYSTEM_CODES.has(code) || AWAY_MESSAGE.test(current.message)) return true;
    current = 'driverError' in current && current.driverError !== current ? current.driverError : current.cause;
  }
  return false;
}
