/** What somebody was told, in the order of arrival. */
export interface ToldEvent {
  readonly position: number;
  /** Opaque id of the order. */
  readonly order: string;
  readonly sequence: number;
}

export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
  /** Told, and not in the log, or of another order. */
  readonly foreign: number;
}

/** Compares what somebody was told with what the log says that they had to be told. */
export function judgeTold(told: readonly ToldEvent[], truth: readonly ToldEvent[]): Verdict {
  const expected = new Map(truth.map((event) => [event.position, event]));
  const seen = new Set<number>();
  let [doubled, reordered, foreign, last] = [0, 0, 0, 0];
  for (const { position, order, sequence } of told) {
    const event = expected.get(position);
    if (event?.order !== order || event.sequence !== sequence) foreign += 1;
    else if (seen.has(position)) doubled += 1;
    else if (position < last) reordered += 1;
    seen.add(position);
    last = Math.max(last, position);
  }
  return { lost: truth.filter(({ position }) => !seen.has(position)).length, doubled, reordered, foreign };
}

export function isClean({ lost, doubled, reordered, foreign }: Verdict): boolean {
  return lost + doubled + reordered + foreign === 0;
}

/** Whether the judge sees each fault that is put into a record that has none. */
export function seesFaults(told: readonly ToldEvent[]): boolean {
  const [first, second, ...rest] = told;
  if (!first || !second) return false;
  const isRight = isClean(judgeTold(told, told));
  const isLostSeen = judgeTold([first, ...rest], told).lost === 1;
  const isDoubledSeen = judgeTold([first, first, second, ...rest], told).doubled === 1;
  const isSwapSeen = judgeTold([second, first, ...rest], told).reordered === 1;
  const isForeignSeen = judgeTold([{ ...first, order: 'another' }, second, ...rest], told).foreign === 1;
  return isRight && isLostSeen && isDoubledSeen && isSwapSeen && isForeignSeen;
}
