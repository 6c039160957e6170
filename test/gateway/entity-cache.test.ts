import { Redis } from 'ioredis';
import type { GatewayOptions } from '../../gateway';
import { createRedisTaggedStore, type TaggedStore } from '../../platform/cache';
import { createMetrics, createLogger } from '../../platform/observability';
import { freshRedisUrl } from '../support/redis';
import { until } from '../support/until';
import { storeForEverybody, storeOfOldValues, storeWithoutStamps } from './support/faulty-stores';
import { testGateway, type TestGateway } from './support/gateway';
import { deferred } from './support/recording';
import { Shelf, shelfSupergraph } from './support/shelf';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const supergraphSdl = shelfSupergraph();
const goods = (selection: string, ...ids: string[]) => `{ goods(ids: ${JSON.stringify(ids)}) { ${selection} } }`;

describe('the entity cache', () => {
  let redis: Redis;
  let store: TaggedStore;
  let shelf: Shelf;
  let gateway: TestGateway;

  beforeEach(async () => {
    redis = new Redis(await freshRedisUrl(), { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    await new Promise((ready) => redis.once('ready', ready));
    // While other tests run, Redis may take longer than a gateway would wait.
    store = createRedisTaggedStore(redis, logger, { patienceMs: 5_000 });
    shelf = new Shelf();
    gateway = await gatewayOver(store);
  });
  afterEach(async () => {
    await gateway.stop();
    await store.close();
    redis.disconnect();
  });

  const gatewayOver = async (over: TaggedStore, change: Partial<GatewayOptions> = {}) => {
    const entityCache = { store: over, topics: ['shelf'] };
    const made = await testGateway({ supergraphSdl, subgraphs: shelf.clients(), responseCache: false, entityCache, ...change });
    await isKeeping(made);
    return made;
  };
  /** What was kept before a start, or a change, is gone after a moment, and new values are kept from then on. */
  const isKeeping = async (asked: TestGateway, id = 'probe') => {
    const calls = async () => {
      await asked.query(goods('name', id));
      return shelf.asked('facts').length;
    };
    await until(calls, (count) => count === 0);
  };
  const touch = (...touches: { type: string; id: string }[]) =>
    gateway.bus.publish([{ id: 'e', type: 'shelf.changed', key: 'k', touches, at: new Date().toISOString(), data: {} }]);
  const touchGood = (id: string) => touch({ type: 'Good', id });
  const dataOf = async (query: string, headers: Record<string, string> = {}, variables: Record<string, unknown> = {}) =>
    (await gateway.query(query, variables, headers)).body.data as Record<string, unknown> | null;
  const signedIn = async (user: number) => ({ authorization: `Bearer ${await gateway.token({ user })}` });
  /** What one query of goods asks `facts` for, the first time and again. */
  const askedTwice = async (query: string, headers: Record<string, string> = {}) => {
    await dataOf(query, headers);
    await dataOf(query, headers);
    return shelf.asked('facts').length;
  };
  const listCallsOf = async (...queries: string[]) => {
    for (const query of queries) await dataOf(query);
    return shelf.asked('list').length;
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

  it('counts what was found and what was not', async () => {
    const metrics = createMetrics();
    const counted = await gatewayOver(store, { metrics });
    const before = await metrics.expose();
    const found = (text: string, outcome: string) =>
      Number(new RegExp(`entity_cache_total{subgraph="facts",outcome="${outcome}"} (\\d+)`).exec(text)?.[1] ?? 0);
    await counted.query(goods('name', 'c1', 'c2'));
    await counted.query(goods('name', 'c1', 'c2', 'c3'));
    const after = await metrics.expose();
    expect([found(after, 'hit') - found(before, 'hit'), found(after, 'miss') - found(before, 'miss')]).toEqual([2, 3]);
    await counted.stop();
  });

  it('shares what it keeps with other gateways', async () => {
    const other = await gatewayOver(store);
    await isKeeping(gateway, 'other');
    await dataOf(goods('name', 'g1'));
    await other.query(goods('name', 'g1'));
    expect(shelf.asked('facts')).toEqual([['g1']]);
    await other.stop();
  });

  it('keeps only what a hint allows', async () => {
    expect(await askedTwice(goods('stock', 'g1'))).toBe(2);
    expect(await askedTwice(goods('name stock', 'g1'))).toBe(2);
    expect(await askedTwice(goods('id name', 'g1'))).toBe(1);
  });

  it('knows arguments, variables and what @requires sends apart', async () => {
    const long = 'query ($times: Int) { goods(ids: ["g1"]) { long(times: $times) } }';
    for (const times of [3, 1, 3, undefined]) await dataOf(long, {}, { times });
    expect(await dataOf(long, {}, { times: 1 })).toEqual({ goods: [{ long: 'name of g1' }] });
    expect(shelf.asked('facts')).toHaveLength(3);
    expect(await dataOf(goods('fee', 'g1'))).toEqual({ goods: [{ fee: 10 }] });
    shelf.weights.set('g1', 7);
    expect(await dataOf(goods('fee', 'g1'))).toEqual({ goods: [{ fee: 70 }] });
    expect(await askedTwice(goods('fee', 'g1'))).toBe(2);
  });

  describe('of whoever asks', () => {
    it('gives everybody the same where the schema says PUBLIC', async () => {
      await dataOf(goods('name', 'g1'), await signedIn(1));
      await dataOf(goods('name', 'g1'), await signedIn(2));
      await dataOf(goods('name', 'g1'));
      expect(shelf.asked('facts')).toHaveLength(1);
    });

    it.each(['price', 'note'])('keeps %s apart for each viewer', async (field) => {
      for (const user of [1, 2, 1, 2])
        expect(await dataOf(goods(field, 'g1'), await signedIn(user))).toEqual({
          goods: [{ [field]: `name of g1 for ${user}` }],
        });
      expect(shelf.asked('facts')).toHaveLength(2);
    });

    it('would give one viewer what another was answered, were the viewer no part of keys', async () => {
      const blind = await gatewayOver(storeForEverybody(store));
      const tokens = [await blind.token({ user: 1 }), await blind.token({ user: 2 })];
      const answers = [];
      for (const token of tokens)
        answers.push((await blind.query(goods('note', 'g1'), {}, { authorization: `Bearer ${token}` })).body.data);
      expect(answers[1]).toEqual(answers[0]);
      await blind.stop();
    });

    it('keeps what is private for nobody of whom nothing is known', async () => {
      expect(await askedTwice(goods('note', 'g1'))).toBe(2);
      expect(await askedTwice(goods('price', 'g1'))).toBe(1);
      expect(await listCallsOf('{ mine }', '{ mine }')).toBe(2);
    });

    it('knows viewers by the headers that are passed on, too', async () => {
      const forwarding = await gatewayOver(store, { forwardHeaders: ['x-tenant'] });
      for (const tenant of ['a', 'b', 'a']) await forwarding.query(goods('price', 'g1'), {}, { 'x-tenant': tenant });
      await forwarding.query(goods('price', 'g1'));
      expect(shelf.asked('facts')).toHaveLength(3);
      await forwarding.stop();
    });
  });

  describe('of root fields', () => {
    it('keeps those that a hint allows, by their arguments and variables', async () => {
      expect(await listCallsOf('{ news }', '{ news }')).toBe(1);
      expect(await listCallsOf('{ unkept }', '{ unkept }', '{ news unkept }', '{ news unkept }')).toBe(4);
      const greeting = 'query ($word: String) { greeting(word: $word) }';
      for (const word of ['a', 'b', 'a', null, undefined]) await dataOf(greeting, {}, { word });
      expect(await dataOf(greeting, {}, { word: 'b' })).toEqual({ greeting: 'b for anybody' });
      expect(shelf.asked('list')).toHaveLength(4);
      expect(await dataOf('{ greeting }', await signedIn(3))).toEqual({ greeting: 'hello for 3' });
      expect(await dataOf('{ mine }', await signedIn(3))).toEqual({ mine: 'mine for 3' });
      expect(await dataOf('{ mine }', await signedIn(4))).toEqual({ mine: 'mine for 4' });
    });

    it('keeps no null', async () => {
      shelf.news = null;
      expect(await listCallsOf('{ news }')).toBe(1);
      shelf.news = 'late';
      expect(await dataOf('{ news }')).toEqual({ news: 'late' });
    });

    it('ends with any change of a type in it', async () => {
      expect(await listCallsOf('{ best { id } }', '{ best { id } }')).toBe(1);
      await touchGood('another');
      expect(await listCallsOf('{ best { id } }')).toBe(1);
    });
  });

  describe('when something changes', () => {
    it('ends what the event names, at once, and nothing else', async () => {
      await dataOf(goods('name', 'g1', 'g2'));
      shelf.asked('facts');
      shelf.names.set('g1', 'new');
      await touchGood('g1');
      expect(await dataOf(goods('name', 'g1', 'g2'))).toEqual({ goods: [{ name: 'new' }, { name: 'name of g2' }] });
      expect(shelf.asked('facts')).toEqual([['g1']]);
    });

    it('ends with any change of its type what is told by another key, or stands inside', async () => {
      const boxes = '{ boxes(codes: ["x"]) { content } }';
      expect(await askedTwice(boxes)).toBe(1);
      await touch({ type: 'Box', id: 'whatever' });
      shelf.contents.set('x', 'new');
      expect(await dataOf(boxes)).toEqual({ boxes: [{ content: 'new' }] });
      shelf.asked('facts');
      expect(await askedTwice(goods('maker { name }', 'g1'))).toBe(1);
      await touch({ type: 'Maker', id: 'm1' });
      shelf.maker = 'Bo';
      expect(await dataOf(goods('maker { name }', 'g1'))).toEqual({ goods: [{ maker: { name: 'Bo' } }] });
    });

    /** Reads the old value, is overtaken by a change, and writes late. */
    const writeLate = async (asked: TestGateway, settled: () => Promise<unknown>) => {
      const [gate, reached] = [deferred(), deferred()];
      shelf.beforeAnswer = async (subgraph) => {
        if (subgraph !== 'facts') return;
        shelf.beforeAnswer = () => undefined;
        reached.resolve();
        await gate.promise;
      };
      const late = asked.query(goods('name', 'g1'));
      await reached.promise;
      shelf.names.set('g1', 'new');
      await asked.bus.publish([
        {
          id: 'e',
          type: 'shelf.changed',
          key: 'k',
          touches: [{ type: 'Good', id: 'g1' }],
          at: new Date().toISOString(),
          data: {},
        },
      ]);
      await settled();
      gate.resolve();
      await late;
      return (await asked.query(goods('name', 'g1'))).body.data;
    };
    const isSettled = () =>
      until(
        async () => (await store.read([{ key: 'any', tags: ['Good:g1'] }]))?.[0],
        (read) => read?.hit === false && read.stamp !== null,
      );

    it('never gives what was read before the change and written after it', async () => {
      expect(await writeLate(gateway, isSettled)).toEqual({ goods: [{ name: 'new' }] });
    });

    it('would give it for as long as it lives, were values kept without stamps', async () => {
      const naive = await gatewayOver(storeWithoutStamps(redis));
      expect(await writeLate(naive, async () => undefined)).toEqual({ goods: [{ name: 'name of g1' }] });
      await naive.stop();
    });

    it('answers and leads past what is kept in mutations', async () => {
      await dataOf(goods('name', 'g1'));
      expect(await dataOf('mutation { rename(id: "g1", name: "new") { name } }')).toEqual({ rename: { name: 'new' } });
    });

    it('ends all when it starts: what happened before was heard by nobody', async () => {
      await dataOf(goods('name', 'g1'));
      await gateway.stop();
      shelf.names.set('g1', 'new');
      gateway = await gatewayOver(store);
      expect(await dataOf(goods('name', 'g1'))).toEqual({ goods: [{ name: 'new' }] });
    });

    it('leaves the cache alone while it cannot hear, and ends all when it can again', async () => {
      const isLive = jest.spyOn(gateway.bus, 'isLive');
      await dataOf(goods('name', 'g1'));
      isLive.mockReturnValue(false);
      shelf.names.set('g1', 'new');
      expect(await dataOf(goods('name', 'g1'))).toEqual({ goods: [{ name: 'new' }] });
      isLive.mockReturnValue(true);
      await isKeeping(gateway);
      expect(await dataOf(goods('name', 'g1'))).toEqual({ goods: [{ name: 'new' }] });
    });
  });

  describe('when something goes wrong', () => {
    it('keeps no answer with errors, and puts errors at their places', async () => {
      await dataOf(goods('fragile', 'g2'));
      await dataOf(goods('fragile', 'g1'));
      shelf.asked('facts');
      const { body } = await gateway.query(goods('fragile', 'g1', 'g3', 'g2'));
      expect(body.errors).toMatchObject([{ message: 'it broke', path: ['goods', 2, 'fragile'] }]);
      await gateway.query(goods('fragile', 'g1', 'g3', 'g2'));
      expect(shelf.asked('facts')).toEqual([
        ['g3', 'g2'],
        ['g3', 'g2'],
      ]);
    });

    it('keeps no entity that is not there', async () => {
      const first = await gateway.query('{ goods(ids: ["none"]) { name } }');
      expect(first.body.errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
      await gateway.query('{ goods(ids: ["none"]) { name } }');
      expect(shelf.asked('facts')).toHaveLength(2);
    });

    it('answers what it has while a subgraph is away', async () => {
      await dataOf(goods('maker { id }', 'g1', 'g2'));
      shelf.isBroken = true;
      expect(await dataOf(goods('maker { id }', 'g1', 'g2'))).toEqual({
        goods: [{ maker: { id: 'm1' } }, { maker: { id: 'm1' } }],
      });
      const { body } = await gateway.query(goods('maker { id }', 'g1', 'g3'));
      expect(body.data).toEqual({ goods: [{ maker: { id: 'm1' } }, { maker: null }] });
      expect(body.errors).toMatchObject([{ path: ['goods', 1], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    });

    it('goes on without Redis', async () => {
      await dataOf(goods('name', 'g1'));
      redis.disconnect();
      expect(await dataOf(goods('name', 'g1'))).toEqual({ goods: [{ name: 'name of g1' }] });
      expect(shelf.asked('facts')).toHaveLength(2);
    });

    it('lets no answer be kept for longer than the oldest part of it stays fresh', async () => {
      const both = await gatewayOver(storeOfOldValues(store, 300), { responseCache: true, cacheTopics: ['shelf'] });
      await both.query('{ best { name } }');
      const stateOf = async () => (await both.query('{ again: best { name } }')).headers.get('x-mercato-cache');
      expect([await stateOf(), await stateOf()]).toEqual(['miss', 'hit']);
      await until(stateOf, (state) => state === 'miss', 5_000);
      await both.stop();
    });
  });
});
