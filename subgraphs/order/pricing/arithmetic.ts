/** `value * part / whole`, rounded half up. Whole amounts from 0 on; BigInt inside, since the product may exceed 2^53. */
export function shareHalfUp(value: number, part: number, whole: number): number {
  const divisor = BigInt(whole);
  return Number((2n * BigInt(value) * BigInt(part) + divisor) / (2n * divisor));
}

/**
 * Spreads `total` over `weights` in proportion, by largest remainder: the parts add up to `total` exactly, each differs
 * from its exact share by less than one unit, and none exceeds its weight while `total` does not exceed their sum. Of
 * equal remainders the earlier one is served first.
 */
export function spread(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0 || whole === 0) return weights.map(() => 0);
  const divisor = BigInt(whole);
  const exact = weights.map((weight) => BigInt(total) * BigInt(weight));
  const parts = exact.map((value) => Number(value / divisor));
  const missing = total - parts.reduce((sum, part) => sum + part, 0);
  const served = exact
    .map((value, at) => ({ at, remainder: value % divisor }))
    .sort((a, b) => (a.remainder === b.remainder ? a.at - b.at : a.remainder > b.remainder ? -1 : 1))
    .slice(0, missing);
  for (const { at } of served) parts[at] = (parts[at] ?? 0) + 1;
  return parts;
}
