import { keysOf, type PlacedEvent } from '../events';

/** The newest events without a gap, found by their keys. */
export class EventRing {
  private readonly kept: PlacedEvent[] = [];
  private readonly byKey = new Map<string, PlacedEvent[]>();
  private begin = 0;

  constructor(private readonly capacity: number) {}

  /** Forgets everything; what is kept from now on comes after `position`. */
  startAfter(position: number): void {
    this.kept.length = 0;
    this.byKey.clear();
    this.begin = position;
  }

  /** The event must follow the last one. */
  add(event: PlacedEvent, keys: ReadonlySet<string>): void {
    this.kept.push(event);
    for (const key of keys) {
      const own = this.byKey.get(key);
      if (own) own.push(event);
      else this.byKey.set(key, [event]);
    }
    // By halves, because each cut moves what is left.
    if (this.kept.length >= this.capacity * 2) this.forgetOldest(this.kept.length - this.capacity);
  }

  /** Whether all that came after a position is kept. */
  reaches(position: number): boolean {
    return position >= this.begin;
  }

  /** What is found by one of the keys after a position that the ring reaches, oldest first. */
  after(position: number, keys: readonly string[]): PlacedEvent[] {
    const found = new Set<PlacedEvent>();
    for (const key of keys) {
      const own = this.byKey.get(key) ?? [];
      for (let at = own.length - 1; at >= 0; at -= 1) {
        const event = own[at];
        if (!event || event.position <= position) break;
        found.add(event);
      }
    }
    return [...found].toSorted((a, b) => a.position - b.position);
  }

  private forgetOldest(count: number): void {
    const forgotten = this.kept.splice(0, count);
    this.begin = forgotten.at(-1)?.position ?? this.begin;
    for (const key of new Set(forgotten.flatMap((event) => [...keysOf(event)]))) {
      const left = (this.byKey.get(key) ?? []).filter(({ position }) => position > this.begin);
      if (left.length > 0) this.byKey.set(key, left);
      else this.byKey.delete(key);
    }
  }
}
