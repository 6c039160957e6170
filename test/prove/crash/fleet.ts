import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../cli/local';
import type { SubgraphName } from '../../../platform/config';
import { runState } from '../../support/run-state';
import { ownPostgres, ownRedis, type ServerControl } from '../../support/system';
import { runMercato } from '../../support/system-process';
import { until } from '../../support/until';
import { startBalancer } from './balancer';
import { keep, type Kept } from './kept';

/** A system of many processes on servers of its own, in which anything may be killed. */
export interface Fleet {
  readonly url: string;
  readonly databases: Readonly<Record<SubgraphName, string>>;
  readonly processes: readonly Kept[];
  /** Of the sandbox payment provider. */
  readonly paymentUrl: string;
  readonly postgres: ServerControl;
  readonly redis: ServerControl;
  /** Files put here make processes die at the crash points that they are named after. */
  readonly pointsFolder: string;
  readonly logFile: string;
  untilReady(timeoutMs?: number): Promise<void>;
  /** Runs a `mercato` command over its databases to its end. @throws when it fails */
  command(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

const SIGNING_KEY = 'signing-key-of-the-proofs-0123456789';

/** How many processes there are of what there may be more than one of, each behind a balancer. */
export interface FleetSize {
  readonly orders?: number;
  readonly gateways?: number;
}

/** Three order processes and one gateway unless said otherwise, everything else once; durable PostgreSQL and a Redis that forgets. */
export async function startFleet(
  settings: Readonly<Record<string, string>>,
  { orders = 3, gateways = 1 }: FleetSize = {},
): Promise<Fleet> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const postgres = await ownPostgres();
    stops.push(postgres.control.stop);
    const redis = await ownRedis();
    stops.push(redis.control.stop);
    const pointsFolder = join(runState().folder, 'points');
    mkdirSync(pointsFolder);
    const logFile = join(runState().folder, 'fleet.log');
    const orderPorts = await Promise.all(Array.from({ length: orders }, () => freePort()));
    const gatewayPorts = await Promise.all(Array.from({ length: gateways }, () => freePort()));
    const balancer = await startBalancer(orderPorts);
    stops.push(balancer.stop);
    const front = await startBalancer(gatewayPorts);
    stops.push(front.stop);
    const ports = {
      user: await freePort(),
      product: await freePort(),
      worker: await freePort(),
      payments: await freePort(),
    };
    const paymentUrl = `http://127.0.0.1:${ports.payments}`;
    const environment = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      SUBGRAPH_SIGNING_KEY: SIGNING_KEY,
      REDIS_URL: redis.url,
      CRASH_POINTS: pointsFolder,
      PAYMENT_API_KEY: 'sk_test_of_the_proofs',
      PAYMENT_API_URL: paymentUrl,
      PAYMENT_WEBHOOK_SECRET: 'whsec_of_the_proofs',
      PAYMENT_WEBHOOK_URL: `http://127.0.0.1:${balancer.port}/webhooks/payments`,
      PAYMENT_SANDBOX_DIRECTORY: join(runState().folder, 'payments'),
      ...settings,
      USER_SUBGRAPH_URL: `http://127.0.0.1:${ports.user}/graphql`,
      PRODUCT_SUBGRAPH_URL: `http://127.0.0.1:${ports.product}/graphql`,
      ORDER_SUBGRAPH_URL: `http://127.0.0.1:${balancer.port}/graphql`,
      ...Object.fromEntries(Object.entries(postgres.databases).map(([name, url]) => [`${name.toUpperCase()}_DATABASE_URL`, url])),
    };
    await runMercato(['migrate'], environment);
    const processes = await Promise.all([
      keep({ name: 'user', args: ['serve', 'user'], port: ports.user, environment, logFile }),
      keep({ name: 'product', args: ['serve', 'product'], port: ports.product, environment, logFile }),
      ...orderPorts.map((port) => keep({ name: 'order', args: ['serve', 'order'], port, environment, logFile })),
      keep({ name: 'provider', args: ['serve', 'payment-sandbox'], port: ports.payments, environment, logFile }),
      keep({ name: 'worker', args: ['work'], port: ports.worker, environment, logFile }),
      ...gatewayPorts.map((port) => keep({ name: 'gateway', args: ['serve', 'gateway'], port, environment, logFile })),
    ]);
    stops.push(async () => void (await Promise.all(processes.map((each) => each.stop()))));
    const untilReady = async (timeoutMs = 60_000): Promise<void> => {
      const missing = async (): Promise<string[]> => {
        const ready = await Promise.all(processes.map((each) => each.isReady()));
        return processes.filter((_, at) => !ready[at]).map(({ name }) => name);
      };
      await until(missing, (names) => names.length === 0, timeoutMs);
    };
    await untilReady();
    return {
      url: `http://127.0.0.1:${front.port}/graphql`,
      databases: postgres.databases,
      processes,
      paymentUrl,
      postgres: postgres.control,
      redis: redis.control,
      pointsFolder,
      logFile,
      untilReady,
      command: (...args) => runMercato(args, environment),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
