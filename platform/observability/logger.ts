import pino, { type Logger } from 'pino';
import type { Settings } from '../config';

export type { Logger };

/** Names under which secrets travel; their values never reach a log line. */
const SECRETS = ['authorization', 'cookie', 'password', 'newPassword', 'currentPassword', 'token', 'refreshToken', 'accessToken', 'signature'];

/** JSON lines on standard error, one logger a process; children carry `requestId` and the component's name. */
export function createLogger(settings: Pick<Settings, 'logLevel'>, name: string): Logger {
  const paths = SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  return pino({ name, level: settings.logLevel, redact: { paths, censor: '[hidden]' } }, pino.destination({ dest: 2, sync: false }));
}

/** A child for a library that tells too much: warnings and worse alone. */
export function quietChild(logger: Logger, component: string): Logger {
  return logger.child({ component }, { level: logger.isLevelEnabled('warn') && logger.level !== 'silent' ? 'warn' : logger.level });
}
