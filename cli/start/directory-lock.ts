import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../print';

/**
 * Makes this process the only one that uses the directory, until it releases it or dies: the lock is a listening
 * socket, so unlike a pid file it cannot outlive its owner or be taken for a process that got the same number.
 *
 * @throws CommandError naming the process that holds it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const digest = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex')
    .slice(0, 24);
  // In the temporary folder, because a socket's path may not exceed about a hundred characters.
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\mercato-${digest}` : join(tmpdir(), `mercato-${digest}.lock`);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await tryListen(path);
    if (server) return () => new Promise((released) => server.close(() => released()));
    const holder = await askHolder(path);
    if (holder !== null)
      throw new CommandError(`another start (process ${holder}) uses ${directory}: stop it first, or give another --data-dir`);
    await rm(path, { force: true });
  }
  throw new CommandError(`${directory} cannot be locked; remove ${path}`);
}

async function tryListen(path: string): Promise<Server | null> {
  const server = createServer((socket) => socket.on('error', () => undefined).end(String(process.pid)));
  server.listen(path);
  try {
    await once(server, 'listening');
    server.unref();
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

/** The process id of who listens, or `null` when nobody does any more. */
async function askHolder(path: string): Promise<string | null> {
  const socket = connect(path);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  try {
    await once(socket, 'connect');
    await once(socket, 'end');
    return text || 'unknown';
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
