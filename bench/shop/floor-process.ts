import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadRequest } from './load';
import type { ShopOperation } from './operations';

/** Starts the hand-written endpoint as a process of its own, as the graph is one. */
export async function startFloor(databaseUrl: string) {
  const child = spawn(process.execPath, [join(__dirname, 'floor.js'), databaseUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const origin = `http://127.0.0.1:${port.toString().trim()}`;
  const paths: Readonly<Record<string, (variables: Record<string, unknown>) => string>> = {
    list: ({ first }) => `/list?first=${String(first)}`,
    detail: ({ slug }) => `/detail?slug=${String(slug)}`,
  };
  return {
    /** `null` for operations that it does not have. */
    requestFor: ({ name, variables }: ShopOperation): LoadRequest | null => {
      const path = paths[name]?.(variables);
      return path === undefined ? null : { url: `${origin}${path}`, method: 'GET', headers: {}, body: null, pid: child.pid ?? 0 };
    },
    stop: async (): Promise<void> => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
