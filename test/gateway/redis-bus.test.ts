import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '../../cli/local';
import { Revocations } from '../../gateway/identity/revocations';
import { createRedisBus, type DomainEvent, type EventBus } from '../../platform/events';
import { createLogger } from '../../platform/observability';
import { provideRedis } from '../support/redis';

const logger = createLogger({ logLevel: 'silent' }, 'test');

const eventOf = (type: string, data: Record<string, unknown> = {}): DomainEvent => ({
  id: randomUUID(),
  type,
  key: 'k',
  touches: [],
  at: new Date().toISOString(),
  data,
});

describe('the bus over Redis', () => {
  let server: LocalRedis;
  let redis: Redis;
  let bus: EventBus;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'mercato-redis-bus-'));
    server = await startRedis({ program: await provideRedis(), directory, password: 'test' });
  });

  afterAll(() => server?.stop());

  beforeEach(async () => {
    redis = new Redis(server.url);
    await redis.flushall();
    bus = createRedisBus(redis, logger);
  });

  afterEach(async () => {
    await bus.close();
    redis.disconnect();
  });

  it('lets a listener hear what was told before it came, all of it before it is caught up', async () => {
    await bus.publish(Array.from({ length: 1_200 }, (_, at) => eventOf('thing.done', { at })));
    const heard: unknown[] = [];
    await new Promise<void>((onCaughtUp) => {
      bus.broadcast(['thing', 'empty'], ({ data }) => heard.push(data['at']), { sinceMs: 60_000, onCaughtUp });
    });
    expect(heard).toEqual(Array.from({ length: 1_200 }, (_, at) => at));
  });

  it('tells a gateway that starts whose tokens were revoked', async () => {
    const issuedAtMs = Date.now() - 60_000;
    const endedAt = new Date().toISOString();
    await bus.publish([
      eventOf('session.revoked', { sessionId: 's1' }),
      { ...eventOf('account.access_ended', { userId: 'u1' }), at: endedAt },
      { ...eventOf('account.access_ended', { userId: 'u1' }), at: new Date(issuedAtMs - 60_000).toISOString() },
    ]);
    const revocations = new Revocations();
    await revocations.listen(bus).caughtUp;
    expect(revocations.isRevoked({ userId: 'u2', sessionId: 's1', issuedAtMs })).toBe(true);
    expect(revocations.isRevoked({ userId: 'u1', sessionId: 's2', issuedAtMs })).toBe(true);
    expect(revocations.isRevoked({ userId: 'u2', sessionId: 's2', issuedAtMs })).toBe(false);
  });

  it('forgets what is older than it keeps, and publishes again after its memory was full', async () => {
    const short = createRedisBus(redis, logger, { keepMs: 1 });
    await short.publish(Array.from({ length: 1_000 }, () => eventOf('thing.done', { filling: 'x'.repeat(1_000) })));
    await redis.config('SET', 'maxmemory', '1mb');
    try {
      await expect(redis.set('more', 'x')).rejects.toThrow('OOM');
      await short.publish([eventOf('thing.done')]).catch(() => undefined);
      expect(await redis.xlen('mercato:events:thing')).toBeLessThan(200);
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }
    await short.publish([eventOf('thing.done')]);
  });
});
