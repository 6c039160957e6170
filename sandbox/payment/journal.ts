import { open, readFile, rename, truncate, writeFile, type FileHandle } from 'node:fs/promises';

/** One record as it is now; the last one of a kind and key counts. */
export interface JournalEntry {
  readonly kind: string;
  readonly key: string;
  readonly value: unknown;
}

export interface Journal {
  /** All of it or nothing survives a crash; resolves when it does. */
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Resolves when everything appended so far survives a crash: what is answered must not be forgotten. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * An append-only file, a line for each change. Changes that come together share one write to the disk. A last line that a
 * crash cut short was never acknowledged, and is dropped.
 *
 * @param replay gets each entry that is kept, oldest first
 */
export async function openJournal(file: string, replay: (entry: JournalEntry) => void): Promise<Journal> {
  await replayFile(file, replay);
  return new FileJournal(await open(file, 'a', 0o600));
}

/** Writes the file anew with these entries alone, so that it does not grow for ever. */
export async function compactJournal(file: string, entries: readonly JournalEntry[]): Promise<void> {
  const text = entries.map((entry) => `${JSON.stringify([entry])}\n`).join('');
  const fresh = await open(`${file}.new`, 'w', 0o600);
  try {
    await writeFile(fresh, text);
    await fresh.sync();
  } finally {
    await fresh.close();
  }
  await rename(`${file}.new`, file);
}

async function replayFile(file: string, replay: (entry: JournalEntry) => void): Promise<void> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) await truncate(file, end);
  for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) {
    if (line !== '') for (const entry of JSON.parse(line) as JournalEntry[]) replay(entry);
  }
}

class FileJournal implements Journal {
  private waiting: string[] = [];
  private next: Promise<void> | null = null;
  private current: Promise<void> = Promise.resolve();

  constructor(private readonly file: FileHandle) {}

  append(entries: readonly JournalEntry[]): Promise<void> {
    this.waiting.push(`${JSON.stringify(entries)}\n`);
    this.next ??= this.current.then(() => this.flush());
    return this.next;
  }

  settled(): Promise<void> {
    return this.next ?? this.current;
  }

  async close(): Promise<void> {
    await this.settled();
    await this.file.close();
  }

  private flush(): Promise<void> {
    const lines = this.waiting.splice(0).join('');
    this.next = null;
    this.current = (async () => {
      await this.file.appendFile(lines);
      await this.file.datasync();
    })();
    return this.current;
  }
}
