import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '../../cli/local';
import { createRedisTaggedStore, type TaggedStore } from '../../platform/cache';
import { createLogger } from '../../platform/observability';
import { connectRedis } from '../../platform/redis';
import { provideRedis } from '../support/redis';
import { until } from '../support/until';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const KEY = { key: 'value', tags: ['Thing', 'Thing:1'] };

describe('the store of tagged values', () => {
  let server: LocalRedis;
  let redis: Redis;
  let admin: Redis;
  let store: TaggedStore;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mercato-tagged-'));
    server = await startRedis({ program: await provideRedis(), directory, password: 'test' });
    redis = connectRedis(server.url, logger);
    admin = new Redis(server.url);
    store = createRedisTaggedStore(redis, logger, { settlingMs: 20, patienceMs: 2_000 });
    await until(
      async () => redis.status,
      (status) => status === 'ready',
    );
  });
  afterAll(async () => {
    await store?.close();
    redis?.disconnect();
    admin?.disconnect();
    await server?.stop();
  });
  beforeEach(() => admin.flushall());

  const readOne = async (from: TaggedStore = store) => (await from.read([KEY]))?.[0];
  const stampOf = async () => {
    const read = await until(readOne, (each) => each?.hit === false && each.stamp !== null);
    return read?.hit === false ? (read.stamp ?? '') : '';
  };
  const write = async (stamp: string) => {
    store.write([{ ...KEY, stamp, text: '{"a":1}', lifeMs: 60_000 }]);
    await until(
      () => admin.exists(KEY.key),
      (count) => count === 1,
    );
  };

  it('gives what was written until one of its tags ends', async () => {
    for (const end of [() => store.end(['Thing:1']), () => store.end(['Thing']), () => store.endAll()]) {
      await write(await stampOf());
      expect(await readOne()).toMatchObject({ hit: true, text: '{"a":1}' });
      end();
      expect((await readOne())?.hit ?? false).toBe(false);
      await until(readOne, (read) => read?.hit === false && read.stamp !== null);
      await admin.del(KEY.key);
    }
  });

  it('tells every process that shares it', async () => {
    const own = connectRedis(server.url, logger);
    const other = createRedisTaggedStore(own, logger, { patienceMs: 2_000 });
    await write(await stampOf());
    await until(
      () => readOne(other),
      (read) => read?.hit === true,
    );
    store.end(['Thing:1']);
    await until(
      () => readOne(other),
      (read) => read?.hit === false,
    );
    await other.close();
    own.disconnect();
  });

  it('gives nothing that carries a tag which Redis has lost', async () => {
    await write(await stampOf());
    await admin.del('mercato:tag:Thing');
    expect(await readOne()).toMatchObject({ hit: false });
  });

  it('gives nothing that was written by the stamp of before', async () => {
    const stamp = await stampOf();
    store.end(['Thing:1']);
    await stampOf();
    await write(stamp);
    expect(await readOne()).toMatchObject({ hit: false });
  });

  it('waits for a Redis that hangs no longer than it is told to', async () => {
    const impatient = createRedisTaggedStore(redis, logger, { patienceMs: 10 });
    await admin.call('CLIENT', 'PAUSE', '2000', 'ALL');
    let isBack = false;
    const pong = admin.ping().then(() => (isBack = true));
    expect(await impatient.read([KEY])).toBeNull();
    expect(await impatient.read([KEY])).toBeNull();
    expect(isBack).toBe(false);
    await pong;
    await until(
      () => impatient.read([KEY]),
      (read) => read !== null,
    );
    await impatient.close();
  });
});
