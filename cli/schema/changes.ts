import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildSchema } from 'graphql';
import { PROJECT_ROOT } from '../project-root';

/** What clients of the last commit would notice of the public API as it is now. */
export interface SchemaChanges {
  readonly breaking: readonly string[];
  readonly dangerous: readonly string[];
}

/** Compares with `schema/api.graphql` of the last commit; `null` when there is none to compare with. */
export async function changesSinceCommit(apiSdl: string): Promise<SchemaChanges | null> {
  const committed = await promisify(execFile)('git', ['show', 'HEAD:schema/api.graphql'], {
    cwd: PROJECT_ROOT,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout }) => stdout,
    () => null,
  );
  return committed === null ? null : compareSchemas(committed, apiSdl);
}

/** Loaded here alone, because the comparison is a tool of development that production does not install. */
export async function compareSchemas(before: string, after: string): Promise<SchemaChanges> {
  const { CriticalityLevel, diff } = await import('@graphql-inspector/core');
  const changes = await diff(buildSchema(before), buildSchema(after));
  const messagesOf = (level: string): string[] =>
    changes.filter(({ criticality }) => criticality.level === level).map(({ message }) => message);
  return { breaking: messagesOf(CriticalityLevel.Breaking), dangerous: messagesOf(CriticalityLevel.Dangerous) };
}
