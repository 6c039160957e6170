/**
 * The folder in which a proof names the crash points that it wants to be hit, or `null`. Only a proof or a test sets it;
 * {@link readSettings} refuses it in production.
 */
export function crashPointFolder(environment: NodeJS.ProcessEnv = process.env): string | null {
  return environment['NODE_ENV'] === 'production' ? null : environment['CRASH_POINTS'] || null;
}
