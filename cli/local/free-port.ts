import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signal } from './guarded-process';

const CLAIMS_FOLDER = join(tmpdir(), `mercato-ports-${process.getuid?.() ?? 0}`);
const claimed = new Set<string>();

/**
 * A TCP port of 127.0.0.1 that nothing listens on, and that no other Mercato process of this user was given: whoever asks
 * listens on it seconds later, and two systems that start side by side were now and then given the same one.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await unusedPort();
    if (claim(port)) return port;
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Holds until this process ends. `false` when another one holds it; what a dead one left behind is cleared for the next. */
function claim(port: number): boolean {
  const file = join(CLAIMS_FOLDER, String(port));
  try {
    mkdirSync(CLAIMS_FOLDER, { recursive: true, mode: 0o700 });
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!isHeld(file)) rmSync(file, { force: true });
    return false;
  }
  if (claimed.size === 0) process.once('exit', () => claimed.forEach((held) => rmSync(held, { force: true })));
  claimed.add(file);
  return true;
}

function isHeld(file: string): boolean {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    // Not written yet: somebody is claiming it right now.
    return holder === 0 || signal(holder, 0);
  } catch {
    return true;
  }
}

/** Whether nothing listens on the port; port 0 is always free. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, host);
  const free = await listening;
  if (free) {
    server.close();
    await once(server, 'close');
  }
  return free;
}
