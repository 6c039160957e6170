import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerControl } from '../../support/system';
import type { Fleet } from './fleet';
import { CRASH_POINTS } from './points';

const ORDER_WAITS_MS = 6_000;
const UP_MS = 12_000;
/** How often the next death waits until all are up. */
const CALM = 0.4;

/** Kills parts of a fleet until it is told to stop: by chance, and at crash points, each in its turn. */
export class Killer {
  private readonly stopping = new AbortController();
  private readonly hitPoints = new Map<string, number>();
  private readonly ordered = new Map<string, number>();
  private readonly awaited = new Set<string>();
  private readonly serverKills = new Map<string, number>();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly fleet: Fleet,
    private readonly random: () => number,
    private readonly pace: { readonly killEveryMs: number; readonly pointsAtOnce: number },
    private readonly pointsToHit: readonly string[] = CRASH_POINTS,
  ) {}

  start(): void {
    this.running = Promise.all(Array.from({ length: this.pace.pointsAtOnce }, (_, lane) => this.killOn(lane)));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const point of CRASH_POINTS) rmSync(join(this.fleet.pointsFolder, point), { force: true });
  }

  /** Deaths by name, of processes (by chance and at points) and servers. */
  get deaths(): ReadonlyMap<string, number> {
    const counts = new Map(this.serverKills);
    for (const { name, deaths } of this.fleet.processes) counts.set(name, (counts.get(name) ?? 0) + deaths);
    return counts;
  }

  get kills(): number {
    return [...this.deaths.values()].reduce((total, count) => total + count, 0);
  }

  get points(): ReadonlyMap<string, number> {
    return this.hitPoints;
  }

  get missedPoints(): string[] {
    return this.pointsToHit.filter((point) => !this.hitPoints.has(point));
  }

  /** Crash points and kills by chance in turn; now and then the next one comes before the last one is up again. */
  private async killOn(lane: number): Promise<void> {
    for (let turn = 0; await this.pause(this.pace.killEveryMs * (0.5 + this.random())); turn += 1) {
      if (this.random() < CALM) await this.untilUp();
      // One lane alone: two could kill and start the same server at once.
      if (lane === 0 && turn % 4 === 3) await this.killAtRandom();
      else await this.orderPoint();
    }
  }

  private async killAtRandom(): Promise<void> {
    const { processes, postgres, redis } = this.fleet;
    const dice = this.random();
    if (dice < 0.12) return this.killServer('postgres', postgres);
    if (dice < 0.24) return this.killServer('redis', redis);
    const victims = processes.filter(({ name }) => name !== 'user' && name !== 'gateway');
    const kinds = [...new Set(victims.map(({ name }) => name))];
    const kind = this.pick(kinds);
    this.pick(victims.filter(({ name }) => name === kind))?.kill();
  }

  private async killServer(name: string, server: ServerControl): Promise<void> {
    await server.kill();
    this.serverKills.set(name, (this.serverKills.get(name) ?? 0) + 1);
    await delay(this.random() * 500);
    await server.start();
  }

  private async untilUp(): Promise<void> {
    const giveUpAtMs = performance.now() + UP_MS;
    while (performance.now() < giveUpAtMs && !this.stopping.signal.aborted) {
      const ready = await Promise.all(this.fleet.processes.map((each) => each.isReady()));
      if (ready.every(Boolean)) return;
      await this.pause(100);
    }
  }

  /** The least hit one; where nobody passes in time, its turn comes again later. */
  private async orderPoint(): Promise<void> {
    const free = this.pointsToHit.filter((each) => !this.awaited.has(each));
    const point = free.toSorted((a, b) => this.timesOrdered(a) - this.timesOrdered(b))[0];
    if (point === undefined) return;
    this.awaited.add(point);
    await this.dieAt(point);
    this.awaited.delete(point);
  }

  private async dieAt(point: string): Promise<void> {
    const file = join(this.fleet.pointsFolder, point);
    this.ordered.set(point, this.timesOrdered(point) + 1);
    writeFileSync(file, '');
    for (const giveUpAtMs = performance.now() + ORDER_WAITS_MS; performance.now() < giveUpAtMs;) {
      if (!existsSync(file)) {
        this.hitPoints.set(point, (this.hitPoints.get(point) ?? 0) + 1);
        return;
      }
      if (!(await this.pause(20))) break;
    }
    rmSync(file, { force: true });
  }

  /** Orders that were missed count little, so that a point that is seldom passed is tried again soon. */
  private timesOrdered(point: string): number {
    return (this.hitPoints.get(point) ?? 0) * 10 + (this.ordered.get(point) ?? 0);
  }

  private pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }

  /** `false` when the killing is over. */
  private async pause(ms: number): Promise<boolean> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return !this.stopping.signal.aborted;
  }
}
