import { Redis } from 'ioredis';
import { createRedisTaggedStore, type TaggedStore } from '../../platform/cache';
import { createLogger } from '../../platform/observability';
import { freshRedisUrl } from '../support/redis';
import { until } from '../support/until';
import { deferred } from './support/recording';
import { testGateway, type TestGateway } from './support/gateway';
import { Shelf, shelfSupergraph } from './support/shelf';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const supergraphSdl = shelfSupergraph();
const goods = (selection: string, ...ids: string[]) => `{ goods(ids: ${JSON.stringify(ids)}) { ${selection} } }`;

describe('the entity cache', () => {
  let redisUrl: string;
  let redis: Redis;
  let store: TaggedStore;
  let shelf: Shelf;
  let gateway: TestGateway;

  beforeEach(async () => {
    redisUrl = await freshRedisUrl();
    redis = new Redis(redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    await new Promise((ready) => redis.once('ready', ready));
    // Under the load of other tests Redis may take longer than a gateway would wait.
    store = createRedisTaggedStore(redis, logger, { patienceMs: 5_000 });
    shelf = new Shelf();
    gateway = await gatewayOver(store);
    await isOpen();
  });
  afterEach(async () => {
    await gateway.stop();
    redis.disconnect();
  });

  const gatewayOver = (over: TaggedStore) =>
    testGateway({
      supergraphSdl,
      subgraphs: shelf.clients(),
      responseCache: false,
      entityCache: { store: over, topics: ['shelf'] },
    });
  const touch = (...touches: { type: string; id: string }[]) =>
    gateway.bus.publish([{ id: 'e', type: 'shelf.changed', key: 'k', touches, at: new Date().toISOString(), data: {} }]);
  const dataOf = async (query: string, headers: Record<string, string> = {}) =>
    (await gateway.query(query, {}, headers)).body.data;
  const signedIn = async (user: number) => ({ authorization: `Bearer ${await gateway.token({ user })}` });
  /** What was kept before a start, or a change, is gone after a moment, and new values are kept from then on. */
  const isOpen = async () => {
    const callsOfProbe = async () => {
      await dataOf(goods('name', 'probe'));
      return shelf.asked('facts').length;
    };
    await until(callsOfProbe, (calls) => calls === 0);
  };

  it('answers entities again without a call, and asks only for those that are missing', async () => {
    await dataOf(goods('name', 'g1', 'g2'));
    expect(shelf.asked('facts')).toEqual([['g1', 'g2']]);
    expect(await dataOf(goods('name', 'g3', 'g1', 'g4', 'g2'))).toEqual({
      goods: ['g3', 'g1', 'g4', 'g2'].map((id) => ({ name: `name of ${id}` })),
    });
    expect(shelf.asked('facts')).toEqual([['g3', 'g4']]);
    await dataOf(goods('name', 'g1', 'g3'));
    expect(shelf.asked('facts')).toEqual([]);
  });
});
