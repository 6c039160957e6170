import { setTimeout as delay } from 'node:timers/promises';
import type { ServerControl } from '../../support/system';
import type { Fleet } from '../crash/fleet';
import type { Watcher } from './watcher';

const VICTIMS = ['gateway', 'order', 'worker', 'gateway', 'redis', 'order', 'postgres'] as const;

/** Kills processes and servers in turn, and cuts connections of clients in between. */
export class Chaos {
  readonly deaths = new Map<string, number>();
  cuts = 0;
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly fleet: Fleet,
    private readonly watchers: readonly Watcher[],
    private readonly pace: { readonly killEveryMs: number; readonly cutEveryMs: number },
  ) {}

  get kills(): number {
    return [...this.deaths.values()].reduce((sum, count) => sum + count, 0);
  }

  start(): void {
    this.running = Promise.all([this.kill(), this.cut()]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async kill(): Promise<void> {
    for (let turn = 0; await this.pause(this.pace.killEveryMs * (0.5 + Math.random())); turn += 1) {
      const name = VICTIMS[turn % VICTIMS.length] ?? 'gateway';
      if (name === 'redis') await this.killServer(name, this.fleet.redis);
      else if (name === 'postgres') await this.killServer(name, this.fleet.postgres);
      else if (oneOf(this.fleet.processes.filter((each) => each.name === name))?.kill()) this.note(name);
    }
  }

  private async killServer(name: string, server: ServerControl): Promise<void> {
    await server.kill();
    this.note(name);
    await delay(Math.random() * 500);
    await server.start();
  }

  private async cut(): Promise<void> {
    while (await this.pause(this.pace.cutEveryMs * (0.5 + Math.random()))) {
      oneOf(this.watchers)?.cut();
      this.cuts += 1;
    }
  }

  private note(name: string): void {
    this.deaths.set(name, (this.deaths.get(name) ?? 0) + 1);
  }

  /** `false` when it is over. */
  private async pause(ms: number): Promise<boolean> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return !this.stopping.signal.aborted;
  }
}

function oneOf<T>(items: readonly T[]): T | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
