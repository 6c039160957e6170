import pino, { type Logger } from 'pino';
import type { Settings } from '../config';

export type { Logger };

/** Names under which secrets travel; their values never reach a log line. */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'password',
  'newPassword',
  'currentPassword',
  'token',
  'refreshToken',
  'accessToken',
  'guestToken',
  'signature',
]);
/** Lines are written together, for a line written alone costs a request more than anything else that is done for it. */
const WRITE_BYTES = 8_192;
const WRITE_MS = 100;
const HIDDEN = '[hidden]';
const MAX_DEPTH = 4;

/** What a log line says of an error: never the parameters of a statement, which hold what people typed. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, query, cause } = error as Error & { code?: unknown; query?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof query === 'string' ? { query } : {}),
    ...(cause instanceof Error ? { cause: describeError(cause) } : {}),
  };
}

/** JSON lines on standard error, one logger a process; children carry `requestId` and the component's name. */
export function createLogger(settings: Pick<Settings, 'logLevel'>, name: string): Logger {
  const options = {
    name,
    level: settings.logLevel,
    // Not pino's own redaction: its wildcard paths cost more than the rest of a request's log line.
    formatters: { log: (line: Record<string, unknown>) => withoutSecrets(line, 0) },
    serializers: { err: describeError },
  };
  return pino(options, pino.destination({ dest: 2, sync: false, minLength: WRITE_BYTES, periodicFlush: WRITE_MS }));
}

/** The record itself where it holds no secret, else a copy. Errors are left to {@link describeError}, which tells little. */
function withoutSecrets(record: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | null = null;
  for (const key in record) {
    const value = record[key];
    const clean = SECRETS.has(key) ? HIDDEN : isSearchable(value) && depth < MAX_DEPTH ? withoutSecrets(value, depth + 1) : value;
    if (clean === value) continue;
    copy ??= Array.isArray(record) ? ([...record] as unknown as Record<string, unknown>) : { ...record };
    copy[key] = clean;
  }
  return copy ?? record;
}

function isSearchable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}

/** A child for a library that tells too much: warnings and worse alone. */
export function quietChild(logger: Logger, component: string): Logger {
  return logger.child(
    { component },
    { level: logger.isLevelEnabled('warn') && logger.level !== 'silent' ? 'warn' : logger.level },
  );
}
