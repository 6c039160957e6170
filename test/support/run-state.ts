import { readFileSync, writeFileSync } from 'node:fs';
import type { SubgraphName } from '../../platform/config';

/** What the global set-up started, for the workers that run the tests. */
export interface RunState {
  /** Of the PostgreSQL server; a database name is put behind it. */
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly templates: Readonly<Partial<Record<SubgraphName, string>>>;
  /** The shared system, or why it did not start. */
  readonly shared:
    | { readonly url: string; readonly databases: Readonly<Partial<Record<SubgraphName, string>>> }
    | { readonly problem: string };
  readonly folder: string;
}

/** How the workers find the state file; Jest hands the environment of the set-up down to them. */
const VARIABLE = 'MERCATO_TEST_STATE';

export function publishRunState(file: string, state: RunState): void {
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  process.env[VARIABLE] = file;
}

export function runState(): RunState {
  const file = process.env[VARIABLE];
  if (file === undefined) throw new Error('the global set-up did not run: start the tests by `npm test` or `npx jest`');
  return JSON.parse(readFileSync(file, 'utf8')) as RunState;
}
