import { inTransaction } from '../../platform/db';
import { enqueue, JobRefused, type JobContext, type JobDefinition } from '../../platform/jobs';
import { JOB_SCHEMA_VERSION } from '../../platform/jobs/schema';
import { hurry, jobsOf, untilJob } from '../support/jobs';
import { openJobBench, tally, type JobBench } from './support/job-bench';

interface Done {
  readonly payload: Record<string, unknown>;
  readonly attempt: number;
}

const done = tally<Done>();
let behave: (payload: Record<string, unknown>, context: JobContext) => Promise<void> = async () => undefined;
const thing: JobDefinition<Record<string, unknown>> = {
  name: 'thing.do',
  maxAttempts: 3,
  retrySeconds: 1,
  timeoutSeconds: 2,
  run: async (payload, context) => {
    await behave(payload, context);
    done.add({ payload, attempt: context.attempt });
  },
};
const many: JobDefinition<{ n: number }> = {
  name: 'thing.many',
  batchSize: 25,
  run: async (payload) => done.add({ payload, attempt: 1 }),
};

let bench: JobBench;
beforeEach(async () => {
  done.items.length = 0;
  behave = async () => undefined;
  bench = await openJobBench([thing, many]);
});
afterEach(() => bench.close());

const payloads = (): unknown[] => done.items.map(({ payload }) => payload);

describe('enqueue', () => {
  it('is part of its transaction: what is rolled back is never done', async () => {
    await bench.startWorker();
    const failing = inTransaction(bench.source, async (tx) => {
      await enqueue(tx, [{ name: 'thing.do', payload: { by: 'rolled back' } }]);
      // The control: outside of the transaction it would be done, and this test would see it.
      await enqueue(bench.source, [{ name: 'thing.do', payload: { by: 'outside' } }]);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await inTransaction(bench.source, (tx) => enqueue(tx, [{ name: 'thing.do', payload: { by: 'committed' } }]));
    await done.untilCount(2);
    await untilJob(bench.database, `name = 'thing.do' AND state = 'completed' HAVING count(*) = 2`);
    expect(payloads()).toEqual(expect.arrayContaining([{ by: 'outside' }, { by: 'committed' }]));
    expect(await jobsOf(bench.database, 'thing.do')).toHaveLength(2);
  });

  it('keeps one waiting job of a key, at the earliest time that was asked for', async () => {
    const at = (ms: number): Date => new Date(Date.now() + ms);
    const job = (runAt: Date, key: string) => ({ name: 'thing.do', payload: { key }, key, runAt });
    await enqueue(bench.source, [job(at(60_000), 'a'), job(at(50_000), 'a'), job(at(60_000), 'b')]);
    await enqueue(bench.source, [job(at(0), 'a')]);
    await enqueue(bench.source, [job(at(90_000), 'a')]);
    expect(await jobsOf(bench.database, 'thing.do')).toHaveLength(2);
    await bench.startWorker();
    await done.untilCount(1);
    expect(payloads()).toEqual([{ key: 'a' }]);
  });

  it('lets another job of the key wait while one is being done', async () => {
    const release = Promise.withResolvers<void>();
    const running = Promise.withResolvers<void>();
    behave = () => {
      running.resolve();
      return release.promise;
    };
    await bench.startWorker();
    await enqueue(bench.source, [{ name: 'thing.do', payload: { n: 1 }, key: 'a' }]);
    await running.promise;
    await enqueue(bench.source, [{ name: 'thing.do', payload: { n: 2 }, key: 'a' }]);
    release.resolve();
    await done.untilCount(2);
    expect(payloads()).toEqual(expect.arrayContaining([{ n: 1 }, { n: 2 }]));
  });

  it('fails at once for a queue that was never migrated', async () => {
    await expect(enqueue(bench.source, [{ name: 'thing.unknown', payload: {} }])).rejects.toThrow('retry_limit');
  });
});

describe('a job', () => {
  it('that fails is tried again, a little later each time', async () => {
    behave = async (_payload, { attempt }) => {
      if (attempt < 3) throw new Error('not yet');
    };
    await bench.startWorker();
    await enqueue(bench.source, [{ name: 'thing.do', payload: {} }]);
    await untilJob(bench.database, `name = 'thing.do' AND state = 'retry' AND start_after > now() + interval '0.5 seconds'`);
    await done.untilCount(1);
    expect(done.items).toEqual([{ payload: {}, attempt: 3 }]);
  });

  it('that used up its attempts becomes a dead letter with its last error', async () => {
    behave = async () => {
      throw new Error('never \0 at all');
    };
    await bench.startWorker();
    await enqueue(bench.source, [{ name: 'thing.do', payload: { n: 1 } }]);
    for (const attempt of [1, 2]) {
      await untilJob(bench.database, `name = 'thing.do' AND state = 'retry' AND retry_count = ${attempt - 1}`);
      await hurry(bench.database, 'thing.do');
    }
    await untilJob(
      bench.database,
      `name = 'dead-letter' AND source_name = 'thing.do' AND source_retry_count = 2 AND source_output->>'message' = 'never  at all'`,
    );
    expect(done.items).toEqual([]);
  });

  it('that says that it can never be done becomes one at its first attempt', async () => {
    behave = async () => {
      throw new JobRefused('no such address');
    };
    await bench.startWorker();
    await enqueue(bench.source, [{ name: 'thing.do', payload: {} }]);
    await untilJob(
      bench.database,
      `name = 'dead-letter' AND source_retry_count = 0 AND source_output->>'message' = 'no such address'`,
    );
  });

  it('that hangs is told to stop when its time is over, and tried again', async () => {
    const told = tally<unknown>();
    behave = (_payload, { attempt, signal }) =>
      attempt > 1
        ? Promise.resolve()
        : new Promise(() => signal.addEventListener('abort', () => told.add(signal.reason), { once: true }));
    await bench.startWorker();
    await enqueue(bench.source, [{ name: 'thing.do', payload: {} }]);
    await done.untilCount(1);
    expect(told.items).toEqual([new Error('not done within 2 s')]);
    expect(done.items).toMatchObject([{ attempt: 2 }]);
  });

  it('that runs when its worker stops may end', async () => {
    const running = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    behave = () => {
      running.resolve();
      return release.promise;
    };
    const worker = await bench.startWorker();
    await enqueue(bench.source, [{ name: 'thing.do', payload: {} }]);
    await running.promise;
    const stopped = worker.stop();
    setImmediate(release.resolve);
    await stopped;
    expect((await jobsOf(bench.database, 'thing.do')).map(({ state }) => state)).toEqual(['completed']);
  });
});

it('many jobs are done once each by several workers, in batches', async () => {
  await Promise.all([bench.startWorker(), bench.startWorker(), bench.startWorker()]);
  const numbers = Array.from({ length: 600 }, (_, n) => n);
  await enqueue(
    bench.source,
    numbers.map((n) => ({ name: 'thing.many', payload: { n } })),
  );
  await done.untilCount(600);
  await untilJob(bench.database, `name = 'thing.many' AND state = 'completed' HAVING count(*) = 600`);
  expect(done.items.map(({ payload }) => Number(payload['n'])).sort((a, b) => a - b)).toEqual(numbers);
});

it('the tables are of the version that our own statements were written for', async () => {
  expect(await bench.database.query('SELECT version FROM pgboss.version')).toEqual([{ version: JOB_SCHEMA_VERSION }]);
});

describe('a schedule', () => {
  it('of seconds runs once in each slot over all workers', async () => {
    const ticked = tally<number>();
    const tick: JobDefinition<object> = { name: 'clock.tick', run: async () => ticked.add(Date.now()) };
    const clock = await openJobBench([tick], [{ name: 'clock.tick', everySeconds: 1 }]);
    try {
      const startedAtMs = Date.now();
      await Promise.all([clock.startWorker(), clock.startWorker(), clock.startWorker()]);
      await ticked.untilCount(3);
      expect(ticked.items.length).toBeLessThanOrEqual((Date.now() - startedAtMs) / 1_000 + 2);
    } finally {
      await clock.close();
    }
  });

  it('by cron is written down for whichever worker is there', async () => {
    const nightly: JobDefinition<object> = { name: 'night.sweep', run: async () => undefined };
    const clock = await openJobBench([nightly], [{ name: 'night.sweep', cron: '17 3 * * *', payload: { deep: true } }]);
    const schedules = () => clock.database.query('SELECT name, cron, data FROM pgboss.schedule');
    try {
      await clock.startWorker();
      while ((await schedules()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await schedules()).toEqual([{ name: 'night.sweep', cron: '17 3 * * *', data: { deep: true } }]);
    } finally {
      await clock.close();
    }
  });
});
