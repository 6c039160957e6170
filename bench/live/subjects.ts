import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { end, endingWithUs, forkBeside, hasTaskset, portOf } from '../gateway/processes';

export type SubjectName = 'ours' | 'stock' | 'floor';
const ISSUER = 'https://bench.example';

/** A server of live prices that runs. */
export interface Subject {
  readonly name: SubjectName;
  readonly port: number;
  readonly pid: number;
  /** Tokens that its clients show; none where it knows no tokens. */
  readonly tokens: readonly string[];
  change(product: string): void;
  /** After its garbage was swept. */
  rssBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** Pinned to a core of its own where that can be, as a gateway is in the other benchmarks. */
function forkServer(script: string, given: readonly string[] = []): ChildProcess {
  const path = join(__dirname, `${script}.js`);
  const execArgv = [...process.execArgv, '--expose-gc'];
  const child = endingWithUs(fork(path, [...given], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv }));
  if (hasTaskset) execFileSync('taskset', ['-a', '-cp', '0', String(child.pid)], { stdio: 'ignore' });
  return child;
}

async function rssOf(child: ChildProcess): Promise<number> {
  const told = once(child, 'message');
  child.send('memory');
  return Number(((await told) as unknown[])[0]);
}

export async function startSubject(name: SubjectName): Promise<Subject> {
  return name === 'ours' ? startOurs() : startAlone(name);
}

async function startAlone(name: SubjectName): Promise<Subject> {
  const child = forkServer(`${name}-process`);
  const port = await portOf(child);
  const change = (product: string): void => void child.send(product);
  return { name, port, pid: child.pid ?? 0, tokens: [], change, rssBytes: () => rssOf(child), stop: () => end(child) };
}

async function startOurs(): Promise<Subject> {
  const key = randomBytes(32).toString('hex');
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'EdDSA', use: 'sig' }] };
  const prices = forkBeside('../live/prices-process', [key]);
  const origin = `http://127.0.0.1:${await portOf(prices)}`;
  const child = forkServer('ours-process', [origin, key, JSON.stringify(keys), ISSUER]);
  const port = await portOf(child);
  const expires = Math.floor(Date.now() / 1000) + 3_600;
  const tokens = await Promise.all(
    Array.from({ length: 1_000 }, (_, at) =>
      new SignJWT({ sid: `s${at}` })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
        .setSubject(`user-${at}`)
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(pair.privateKey),
    ),
  );
  return {
    name: 'ours',
    port,
    pid: child.pid ?? 0,
    tokens,
    change: (product) => void prices.send(product),
    rssBytes: () => rssOf(child),
    stop: async () => void (await Promise.all([end(child), end(prices)])),
  };
}
