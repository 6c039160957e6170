import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Reject } from './product-group';

export interface RejectsFile {
  write(reject: Reject): void;
  close(): Promise<void>;
}

/**
 * Writes rejected rows as CSV: the columns of the import, so that mended rows can be imported again, and behind them
 * the line and the reason.
 */
export function openRejectsFile(path: string, header: readonly string[]): RejectsFile {
  const stream = createWriteStream(path);
  const done = finished(stream);
  done.catch(() => undefined);
  const line = (cells: readonly string[]): void => void stream.write(`${cells.map(quoted).join(',')}\n`);
  line([...header, 'Reject Line', 'Reject Reason']);
  return {
    write: ({ line: at, reason, cells }) => {
      const padded = Array.from({ length: header.length }, (_, index) => cells[index] ?? '');
      line([...padded, String(at), reason]);
    },
    close: async () => {
      stream.end();
      await done;
    },
  };
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
