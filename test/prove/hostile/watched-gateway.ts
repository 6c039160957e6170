import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { freePort } from '../../../cli/local';
import { MAIN_SCRIPT } from '../../../cli/project-root';
import { environmentWith } from '../../../platform/config';
import type { Stall } from './stall-probe';

const READY_MS = 120_000;

/** A gateway in a process of its own whose event loop is watched. */
export class WatchedGateway {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param environment settings that differ from the defaults */
  static async start(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<WatchedGateway> {
    const port = await freePort();
    const probe = join(__dirname, 'stall-probe.js');
    const child = spawn(process.execPath, ['-r', probe, MAIN_SCRIPT, 'gateway', ...args, '--port', `${port}`], {
      env: environmentWith({ LOG_LEVEL: 'silent', INTROSPECTION: 'on', ...environment }),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const gateway = new WatchedGateway(child, `http://127.0.0.1:${port}`);
    await gateway.untilReady();
    return gateway;
  }

  /** The worst since it was last asked. */
  async stall(): Promise<Stall> {
    const told = once(this.child, 'message');
    this.child.send('stall');
    const [stall] = (await told) as [Stall];
    return stall;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const cut = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(cut);
  }

  private async untilReady(): Promise<void> {
    for (const untilMs = Date.now() + READY_MS; Date.now() < untilMs && this.child.exitCode === null; await delay(100)) {
      const answer = await fetch(`${this.url}/ready`).catch(() => null);
      if (answer?.ok) return;
    }
    throw new Error('the gateway did not get ready');
  }
}
