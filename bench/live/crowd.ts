import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { end, forkBeside } from '../gateway/processes';
import type { CrowdAnswer, CrowdOrder } from './crowd-process';

/** Clients in a process of their own. */
export class Crowd {
  private readonly child: ChildProcess = forkBeside('../live/crowd-process');

  async ask(order: CrowdOrder): Promise<CrowdAnswer> {
    const told = once(this.child, 'message');
    this.child.send(order);
    return ((await told) as [CrowdAnswer])[0];
  }

  /** Orders that something is awaited before it is brought about. */
  expect(count: number, timeoutMs: number): Promise<CrowdAnswer> {
    return this.ask({ kind: 'expect', count, timeoutMs });
  }

  stop(): Promise<void> {
    return end(this.child);
  }
}
