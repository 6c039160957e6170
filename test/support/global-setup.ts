import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../cli/project-root';
import { leaveForTeardown } from './left-for-teardown';
import type { RunState } from './run-state';
import { startServers } from './servers';
import { startSystem } from './system';

/** Starts PostgreSQL and Redis, migrates one template database per subgraph, and starts the system that most tests share. */
export default async function globalSetup(): Promise<void> {
  execFileSync(process.execPath, [join(PROJECT_ROOT, 'cli', 'build.mjs')], { stdio: 'inherit' });
  const servers = await startServers({ isDurable: false });
  leaveForTeardown(() => servers.stop());
  servers.publish(await startShared());
}

/** Tests of a single part run without the shared system; those that need it then say why it is not there. */
async function startShared(): Promise<RunState['shared']> {
  try {
    const system = await startSystem();
    leaveForTeardown(() => system.stop());
    return { url: system.url, databases: system.databases };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    process.stderr.write(`the shared system did not start: ${problem}\n`);
    return { problem };
  }
}
