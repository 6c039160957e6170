import { SingleBar } from 'cli-progress';
import { say } from './print';

/** How far a long piece of work is: a bar on a terminal, a line each tenth elsewhere. */
export interface Progress {
  /** @param note a few words behind the bar, such as "1,204 products" */
  update(done: number, note?: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

/** @param total in the unit that `update` counts in, more than 0 */
export function startProgress(name: string, total: number): Progress {
  return process.stdout.isTTY ? barProgress(name, total) : lineProgress(name, total);
}

function barProgress(name: string, total: number): Progress {
  const bar = new SingleBar({
    format: `  ${name.padEnd(12)} {bar} {percentage} %  {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: false,
  });
  bar.start(total, 0, { note: '' });
  return { update: (done, note = '') => bar.update(Math.min(done, total), { note }), end: () => bar.stop() };
}

function lineProgress(name: string, total: number): Progress {
  let shown = -1;
  return {
    update: (done, note = '') => {
      const tenth = Math.min(10, Math.floor((done / total) * 10));
      if (tenth <= shown) return;
      shown = tenth;
      if (tenth > 0) say(`  ${name.padEnd(12)} ${String(tenth * 10).padStart(3)} %  ${note}`.trimEnd());
    },
    end: () => undefined,
  };
}
