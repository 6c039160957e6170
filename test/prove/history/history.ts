import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

/** One line of a history: a request that a client sent, or how it ended for the client. */
export type Entry = Asked | Ended;

export interface Asked {
  readonly kind: 'asked';
  readonly atMs: number;
  readonly request: number;
  readonly key: string;
  /** What may be ordered once, by whichever key. */
  readonly cart: string;
  /** Of everything that was sent but the key. */
  readonly input: string;
  readonly isDryRun: boolean;
  readonly lines: readonly Line[];
}

export interface Ended {
  readonly kind: 'ended';
  readonly atMs: number;
  readonly request: number;
  readonly outcome: Outcome;
}

export interface Line {
  readonly ware: number;
  readonly quantity: number;
}

/** What a client knows after a request. UNKNOWN: no answer, or one that says nothing of what became of it. */
export type Outcome =
  | { readonly kind: 'ORDERED'; readonly number: string; readonly total: string; readonly isReplayed: boolean }
  | { readonly kind: 'REFUSED'; readonly codes: readonly string[] }
  | { readonly kind: 'QUOTED' }
  | { readonly kind: 'UNKNOWN'; readonly why: string };

/** What clients did and were told, written line by line as it happens and never changed. */
export class History {
  private requests = 0;

  constructor(readonly file: string) {
    writeFileSync(file, '');
  }

  asked(request: Omit<Asked, 'kind' | 'atMs' | 'request'>): number {
    this.requests += 1;
    this.write({ kind: 'asked', atMs: performance.now(), request: this.requests, ...request });
    return this.requests;
  }

  ended(request: number, outcome: Outcome): void {
    this.write({ kind: 'ended', atMs: performance.now(), request, outcome });
  }

  read(): Entry[] {
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Entry);
  }

  private write(entry: Entry): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}
