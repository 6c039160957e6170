/** Pauses after each failed attempt, in seconds: about a day in all. Then a delivery is given up. */
const PAUSES = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 36_000] as const;

/** A delivery that failed this often no longer keeps later ones about the same thing waiting. */
export const HOLDS_FOR_ATTEMPTS = 5;
/** However it went, nothing is tried for longer than this. */
export const ROUND_HOURS = 25;
/** An endpoint that refused everything for so long is switched off. */
export const DISABLE_AFTER_DAYS = 5;

const RESTS_FROM_FAILURES = 5;
const REST_SECONDS = 30;
const MAX_REST_SECONDS = 600;

/** How long to wait after the `attempts`th attempt of a round; `null` when there is none left. */
export function pauseAfter(attempts: number): number | null {
  const seconds = PAUSES[attempts - 1];
  return seconds === undefined ? null : jittered(seconds);
}

/**
 * How long an endpoint is left alone after `failures` in a row, 0 while they are few: thousands of deliveries to one
 * that is down must not keep workers busy with time-outs.
 */
export function restAfter(failures: number): number {
  if (failures < RESTS_FROM_FAILURES) return 0;
  return jittered(Math.min(MAX_REST_SECONDS, REST_SECONDS * 2 ** (failures - RESTS_FROM_FAILURES)));
}

/** A tenth more or less, so that what failed together does not come back together. */
function jittered(seconds: number): number {
  return seconds * (0.9 + Math.random() * 0.2);
}
