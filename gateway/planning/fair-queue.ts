/** Work that waits, of many clients: whoever brings much waits for others between any two pieces of it. */
export class FairQueue<T> {
  private readonly lines = new Map<string, T[]>();
  private count = 0;

  constructor(
    private readonly maximum: number,
    private readonly maximumOfClient: number,
  ) {}

  get length(): number {
    return this.count;
  }

  /** Whether there was room. */
  add(client: string, work: T): boolean {
    const line = this.lines.get(client);
    if (this.count >= this.maximum || (line && line.length >= this.maximumOfClient)) return false;
    if (line) line.push(work);
    else this.lines.set(client, [work]);
    this.count += 1;
    return true;
  }

  /** The next piece of work of the client whose turn it is, those for whom `isBusy` left out. */
  take(isBusy: (client: string) => boolean): { readonly client: string; readonly work: T } | null {
    for (const [client, line] of this.lines) {
      if (isBusy(client)) continue;
      const work = line.shift();
      // Served clients go behind all others.
      this.lines.delete(client);
      if (line.length > 0) this.lines.set(client, line);
      if (work === undefined) continue;
      this.count -= 1;
      return { client, work };
    }
    return null;
  }

  /** Takes everything out. */
  drain(): T[] {
    const all = [...this.lines.values()].flat();
    this.lines.clear();
    this.count = 0;
    return all;
  }
}
