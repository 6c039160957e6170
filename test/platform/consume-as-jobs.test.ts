import { randomUUID } from 'node:crypto';
import { createMemoryBus, type DomainEvent } from '../../platform/events';
import { consumeAsJobs, type JobDefinition } from '../../platform/jobs';
import { hurry, jobsOf, untilJob } from '../support/jobs';
import { openJobBench, silent, tally, type JobBench } from './support/job-bench';

const eventOf = (type: string, key: string): DomainEvent => ({
  id: randomUUID(),
  type,
  key,
  touches: [],
  at: new Date().toISOString(),
  data: {},
});

const handled = tally<string>();
let isPoisoned = true;
const handle: JobDefinition<DomainEvent> = {
  name: 'thing.handle',
  maxAttempts: 2,
  retrySeconds: 1,
  run: async ({ key }) => {
    if (key === 'poison' && isPoisoned) throw new Error('poisoned');
    handled.add(key);
  },
};

let bench: JobBench;
beforeEach(async () => {
  handled.items.length = 0;
  isPoisoned = true;
  bench = await openJobBench([handle]);
});
afterEach(() => bench.close());

it('an event that nobody can handle holds no other up: it is retried and ends as a dead letter', async () => {
  const bus = createMemoryBus(silent);
  const stop = consumeAsJobs(bus, bench.source, { name: 'things', topics: ['thing'], job: 'thing.handle' });
  await bench.startWorker();
  await bus.publish([eventOf('thing.done', 'poison'), eventOf('thing.done', 'a'), eventOf('thing.done', 'b')]);
  await handled.untilCount(2);
  expect(handled.items.toSorted()).toEqual(['a', 'b']);
  await untilJob(bench.database, `name = 'thing.handle' AND state = 'retry'`);
  await hurry(bench.database, 'thing.handle');
  await untilJob(bench.database, `name = 'dead-letter' AND source_name = 'thing.handle' AND data->>'key' = 'poison'`);
  await stop();
});

it('an event that is told again, also by another bus after its job is done, is handled once; another consumer gets its own', async () => {
  const [bus, again] = [createMemoryBus(silent), createMemoryBus(silent)];
  const consumers = [bus, again].map((each) =>
    consumeAsJobs(each, bench.source, { name: 'things', topics: ['thing'], job: 'thing.handle' }),
  );
  await bench.startWorker();
  const event = eventOf('thing.done', 'a');
  await bus.publish([event, event]);
  await handled.untilCount(1);
  await untilJob(bench.database, `name = 'thing.handle' AND state = 'completed'`);
  const later = eventOf('thing.done', 'later');
  await again.publish([event, later]);
  await handled.untilCount(2);
  expect(handled.items).toEqual(['a', 'later']);
  expect(await jobsOf(bench.database, 'thing.handle')).toHaveLength(2);
  consumers.push(consumeAsJobs(bus, bench.source, { name: 'others', topics: ['thing'], job: 'thing.handle' }));
  await bus.publish([event]);
  await handled.untilCount(3);
  expect(handled.items).toEqual(['a', 'later', 'a']);
  await Promise.all(consumers.map((stop) => stop()));
});

it('what a consumer does not want costs it nothing', async () => {
  const bus = createMemoryBus(silent);
  const wants = ({ type }: DomainEvent): boolean => type === 'thing.wanted';
  const stop = consumeAsJobs(bus, bench.source, { name: 'things', topics: ['thing'], job: 'thing.handle', wants });
  await bus.publish([eventOf('thing.done', 'a'), eventOf('thing.wanted', 'b')]);
  await untilJob(bench.database, `name = 'thing.handle'`);
  expect((await jobsOf(bench.database, 'thing.handle')).map(({ data }) => data['key'])).toEqual(['b']);
  expect(await bench.database.query('SELECT 1 FROM handled_event')).toHaveLength(1);
  await stop();
});
