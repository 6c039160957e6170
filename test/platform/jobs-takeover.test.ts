import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../cli/project-root';
import { enqueue, type JobDefinition } from '../../platform/jobs';
import { untilJob } from '../support/jobs';
import { openJobBench, tally } from './support/job-bench';

/** A worker in a process of its own that takes a job and never ends it. */
const HANGING_WORKER = `
  require('reflect-metadata');
  const { startJobs } = require('./platform/jobs');
  const logger = { child: () => logger, debug() {}, info() {}, warn() {}, error() {} };
  const definitions = [{ name: 'thing.hang', timeoutSeconds: 300, run: () => new Promise(() => setInterval(() => undefined, 1000)) }];
  void startJobs({ databaseUrl: process.argv[1], definitions, logger });`;

it('a job whose worker is killed is taken up by another one soon, as its next attempt', async () => {
  const done = tally<number>();
  const definition: JobDefinition<object> = {
    name: 'thing.hang',
    timeoutSeconds: 300,
    run: async (_payload, { attempt }) => done.add(attempt),
  };
  const bench = await openJobBench([definition]);
  const child = spawn(process.execPath, ['-e', HANGING_WORKER, bench.database.url], {
    cwd: join(PROJECT_ROOT, 'dist'),
    stdio: 'inherit',
  });
  try {
    await enqueue(bench.source, [{ name: 'thing.hang', payload: {} }]);
    await untilJob(bench.database, `name = 'thing.hang' AND state = 'active'`);
    await bench.startWorker();
    const killedAtMs = Date.now();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await done.untilCount(1);
    expect(done.items).toEqual([2]);
    expect(Date.now() - killedAtMs).toBeLessThan(25_000);
  } finally {
    child.kill('SIGKILL');
    await bench.close();
  }
}, 60_000);
