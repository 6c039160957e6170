import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { PROJECT_ROOT } from '../../cli/project-root';
import { createDatabase, type TestDatabase } from '../support/database';
import { freshRedisUrl } from '../support/redis';

/** A relay in a process of its own, over Redis. */
const RELAY = `
  require('reflect-metadata');
  const { Redis } = require('ioredis');
  const { createRedisBus, startOutboxRelay } = require('./platform/events');
  const logger = { child: () => logger, debug() {}, info() {}, warn() {}, error() {} };
  const [databaseUrl, redisUrl] = process.argv.slice(1);
  startOutboxRelay(databaseUrl, createRedisBus(new Redis(redisUrl), logger), logger);
  setInterval(() => undefined, 1_000);`;

const ORDERS = 60;
const KILLS = 3;
const WRITERS = 8;

interface Told {
  readonly key: string;
  readonly data: { readonly step: number };
}

/**
 * Writers of one order wait for one another at its row, as services do; orders go side by side, so that identifiers are
 * taken and committed in different orders. The relay that is at work is killed again and again.
 */
it('two relays, one killed again and again, tell all of many orders, each order in its order', async () => {
  const database = await createDatabase('order');
  const redisUrl = await freshRedisUrl();
  await database.query('CREATE TABLE thing (id int PRIMARY KEY, step int NOT NULL)');
  await database.query(`INSERT INTO thing SELECT n, 0 FROM generate_series(1, ${ORDERS}) n`);
  const relays = new Set<ChildProcess>();
  const startRelay = (): void => {
    const relay = spawn(process.execPath, ['-e', RELAY, database.url, redisUrl], {
      cwd: join(PROJECT_ROOT, 'dist'),
      stdio: 'inherit',
    });
    relays.add(relay);
    relay.once('exit', () => relays.delete(relay));
  };
  const redis = new Redis(redisUrl);
  try {
    startRelay();
    startRelay();
    const enough = new AbortController();
    const writing = Promise.all(Array.from({ length: WRITERS }, () => writeSteps(database, enough.signal)));
    for (let kills = 0; kills < KILLS; kills += 1) {
      await killOneRelay(database, relays);
      startRelay();
    }
    enough.abort();
    await writing;
    await untilNone(() => database.query('SELECT 1 FROM outbox, outbox_head WHERE position IS NULL OR position > told LIMIT 1'));
    const told = (await redis.xrange('mercato:events:thing', '-', '+')).map(([, fields]) => JSON.parse(fields[1] ?? '') as Told);
    const stepsOf = new Map<string, number[]>();
    for (const { key, data } of told) {
      const steps = stepsOf.get(key) ?? [];
      // Told again, never out of order: what is new follows what was told before.
      if (!steps.includes(data.step)) steps.push(data.step);
      stepsOf.set(key, steps);
    }
    const things = await database.query<{ id: number; step: number }>('SELECT id, step FROM thing WHERE step > 0');
    expect(stepsOf.size).toBe(things.length);
    for (const { id, step } of things) expect(stepsOf.get(String(id))).toEqual(Array.from({ length: step }, (_, at) => at + 1));
  } finally {
    for (const relay of relays) relay.kill('SIGKILL');
    redis.disconnect();
  }
}, 90_000);

/** Moves orders by one step each, whichever comes. */
async function writeSteps({ url }: TestDatabase, enough: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  while (!enough.aborted) {
    await client.query('BEGIN');
    const id = Math.ceil(Math.random() * ORDERS);
    const { rows } = await client.query<{ step: number }>('UPDATE thing SET step = step + 1 WHERE id = $1 RETURNING step', [id]);
    await client.query(`INSERT INTO outbox (type, key, touches, data) VALUES ('thing.moved', $1, '[]', $2)`, [
      id,
      { step: rows[0]?.step },
    ]);
    await client.query('COMMIT');
    // The machine is for others too.
    await tick();
  }
  await client.end();
}

/** Once something more was relayed; which of the two works is not told, and a kill of the other must do no harm either. */
async function killOneRelay(database: TestDatabase, relays: ReadonlySet<ChildProcess>): Promise<void> {
  const [{ relayed: before } = { relayed: 0 }] = await database.query<{ relayed: number }>(RELAYED);
  while (((await database.query<{ relayed: number }>(RELAYED))[0]?.relayed ?? 0) <= before) await tick();
  const [victim] = relays;
  if (!victim) throw new Error('no relay is left');
  const gone = once(victim, 'exit');
  victim.kill('SIGKILL');
  await gone;
}

const RELAYED = 'SELECT told::int AS relayed FROM outbox_head';

async function untilNone(find: () => Promise<unknown[]>): Promise<void> {
  while ((await find()).length > 0) await tick();
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
