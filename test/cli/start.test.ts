import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort, signal } from '../../cli/local';
import { MAIN_SCRIPT } from '../../cli/project-root';
import { environmentWith } from '../../platform/config';
import { runState } from '../support/run-state';

const UNSET = { USER_DATABASE_URL: '', PRODUCT_DATABASE_URL: '', ORDER_DATABASE_URL: '', REDIS_URL: '' };

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
  /** Standard output and error so far. */
  output(): string;
}

const children: ChildProcess[] = [];

/** Runs `mercato start` as `npm start` does, on an embedded database of its own. */
function start(folder: string, port: number, ...args: string[]): Started {
  const all = [MAIN_SCRIPT, 'start', '--no-seed', '--data-dir', folder, '--port', String(port), ...args];
  const child = spawn(process.execPath, all, { env: environmentWith({ NODE_ENV: 'test', ...UNSET }), detached: true });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, port, output: () => text };
}

async function startReady(folder: string, ...args: string[]): Promise<Started> {
  const started = start(folder, await freePort(), ...args);
  await new Promise<void>((resolve, reject) => {
    started.child.stdout?.on('data', () => {
      if (started.output().includes('ready in')) resolve();
    });
    started.child.once('close', () => reject(new Error(`it did not start: ${started.output()}`)));
  });
  return started;
}

async function endOf({ child }: Started): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

async function answers(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  return response.ok;
}

/** The process id of the database server of a data directory. */
function databaseOf(folder: string): number {
  return Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
}

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(runState().folder, 'start-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

test('starts on a new folder, lets nobody else use it, stops in order on Ctrl-C and starts again with its data', async () => {
  const data = join(folder, 'data');
  const first = await startReady(data);
  expect(await answers(first.port)).toBe(true);
  expect(statSync(join(data, 'mercato.json')).mode & 0o077).toBe(0);

  const intruder = start(data, await freePort());
  expect(await endOf(intruder)).toBe(1);
  expect(intruder.output()).toBe(
    `mercato: another start (process ${first.child.pid}) uses ${data}: stop it first, or give another --data-dir\n`,
  );

  const database = databaseOf(data);
  first.child.kill('SIGINT');
  expect(await endOf(first)).toBe(0);
  expect(first.output()).toMatch(/stopped\n$/);
  expect(signal(database, 0)).toBe(false);

  const secrets = readFileSync(join(data, 'mercato.json'), 'utf8');
  const second = await startReady(data);
  expect(await answers(second.port)).toBe(true);
  expect(readFileSync(join(data, 'mercato.json'), 'utf8')).toBe(secrets);
}, 90_000);

test('recovers from kill -9 of itself, then of itself and its database at once; and says it when its database dies', async () => {
  const first = await startReady(folder);
  first.child.kill('SIGKILL');
  await endOf(first);
  const second = await startReady(folder);
  signal(databaseOf(folder), 'SIGKILL');
  second.child.kill('SIGKILL');
  await endOf(second);
  const third = await startReady(folder);
  expect(await answers(third.port)).toBe(true);
  signal(databaseOf(folder), 'SIGKILL');
  expect(await endOf(third)).toBe(1);
  expect(third.output()).toContain('PostgreSQL has ended unexpectedly');
}, 120_000);

test('refuses a database of another version, and --reset begins anew', async () => {
  const secret = 'x'.repeat(48);
  writeFileSync(
    join(folder, 'mercato.json'),
    JSON.stringify({ format: 1, postgresPassword: secret, redisPassword: secret, subgraphSigningKey: secret }),
  );
  mkdirSync(join(folder, 'postgres'));
  writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '15\n');
  const refused = start(folder, await freePort());
  expect(await endOf(refused)).toBe(1);
  expect(refused.output()).toMatch(
    /^mercato: .* was made by PostgreSQL 15, this is 18: start with --reset, or with another --data-dir\n$/,
  );
  await startReady(folder, '--reset');
  expect(readFileSync(join(folder, 'mercato.json'), 'utf8')).not.toContain(secret);
}, 60_000);

describe('a mistake costs one line and exit code 1:', () => {
  test('a taken port', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const started = start(folder, port);
    expect(await endOf(started)).toBe(1);
    expect(started.output()).toBe(
      `mercato: port ${port} is taken: stop what listens there, or choose another with --port (or PORT)\n`,
    );
    taken.close();
  });

  test('a folder that holds something else', async () => {
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    const started = start(folder, await freePort(), '--reset');
    expect(await endOf(started)).toBe(1);
    expect(started.output()).toBe(
      `mercato: ${folder} holds files that Mercato did not make: give an empty or a new folder as --data-dir\n`,
    );
    expect(readFileSync(join(folder, 'thesis.txt'), 'utf8')).toBe('mine');
  });

  test('a broken data directory', async () => {
    writeFileSync(join(folder, 'mercato.json'), '{');
    const started = start(folder, await freePort());
    expect(await endOf(started)).toBe(1);
    expect(started.output()).toMatch(
      /^mercato: the data directory is broken, .*mercato\.json cannot be read: start with --reset .*\n$/,
    );
  });

  test('a file in the place of the folder', async () => {
    const file = join(folder, 'file');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, '');
    const started = start(file, await freePort());
    expect(await endOf(started)).toBe(1);
    expect(started.output()).toBe(`mercato: ${file} is not a folder: give another --data-dir\n`);
  });
});
