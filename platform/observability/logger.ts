import pino, { type Logger } from 'pino';
import type { Settings } from '../config';

export type { Logger };

/** Names under which secrets travel; their values never reach a log line. */
const SECRETS = ['authorization', 'cookie', 'password', 'newPassword', 'currentPassword', 'token', 'refreshToken', 'accessToken', 'signature'];

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
  const paths = SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  return pino({ name, level: settings.logLevel, serializers: { err: describeError }, redact: { paths, censor: '[hidden]' } }, pino.destination({ dest: 2, sync: false }));
}

/** A child for a library that tells too much: warnings and worse alone. */
export function quietChild(logger: Logger, component: string): Logger {
  return logger.child({ component }, { level: logger.isLevelEnabled('warn') && logger.level !== 'silent' ? 'warn' : logger.level });
}
