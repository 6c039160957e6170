import { Random } from './random';

const DAY_MS = 86_400_000;
export const DAYS = 365;

/** How much is bought in each month: holidays before the year's end, a quiet late winter, a summer for the garden. */
const SEASON = [0.85, 0.8, 0.9, 1, 1.1, 1.1, 0.95, 0.85, 0.95, 1.05, 1.45, 1.6];
/** From Sunday to Saturday: people order on Sunday evenings and Mondays. */
const WEEKDAY = [1.25, 1.2, 1.05, 1, 0.95, 0.8, 0.85];
/** By hour of the day. */
const HOURS = [2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 8, 9, 8, 7, 7, 8, 9, 11, 13, 14, 12, 8, 4];
/** The shop sells this many times more at the end of the year than at its beginning. */
const GROWTH = 1.8;

/** The moments at which `count` orders are placed in the year before `endsAt`, oldest first. */
export function* orderTimes(count: number, endsAt: Date): Generator<Date> {
  const start = endsAt.getTime() - DAYS * DAY_MS;
  const random = new Random('order times');
  const weights = Array.from(
    { length: DAYS },
    (_, day) => weightOf(new Date(start + day * DAY_MS), day / DAYS) * random.between(0.8, 1.2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  let placed = 0;
  for (const [day, weight] of weights.entries()) {
    reached += weight;
    const until = day === DAYS - 1 ? count : Math.round((reached / total) * count);
    const times = Array.from({ length: until - placed }, () => start + day * DAY_MS + timeOfDay(random));
    for (const time of times.toSorted((a, b) => a - b)) yield new Date(time);
    placed = until;
  }
}

function weightOf(date: Date, progress: number): number {
  const season = SEASON[date.getUTCMonth()] ?? 1;
  return season * (WEEKDAY[date.getUTCDay()] ?? 1) * (1 + (GROWTH - 1) * progress);
}

function timeOfDay(random: Random): number {
  const total = HOURS.reduce((sum, weight) => sum + weight, 0);
  let rest = random.next() * total;
  const hour = HOURS.findIndex((weight) => (rest -= weight) < 0);
  return Math.floor((Math.max(0, hour) + random.next()) * 3_600_000);
}
