import { holds, type Condition } from './conditions';
import type { Count } from './list-length';

type Json = Readonly<Record<string, unknown>>;

/** By response name. */
export type Parts = Map<string, Part>;

/** One place of an operation that asks for a field. */
export interface Place {
  /** Whether it asks at all. */
  readonly when: Condition;
  /** Of one value, without what stands below. */
  readonly weight: number;
  /** By its arguments, once whatever the field answers. */
  readonly once: readonly Count[];
  /** How many values it has at most. */
  readonly count: Count;
}

/** One field of an answer: of the places that ask for it the dearest counts. */
export class Part {
  readonly inner: Parts = new Map();
  private readonly places: Place[] = [];
  private fixed: number | null = null;

  add(place: Place): void {
    this.places.push(place);
  }

  estimate(variables: Json): number {
    if (this.fixed !== null) return this.fixed;
    let [weight, times, once] = [0, 0, 0];
    for (const place of this.places) {
      if (!holds(place.when, variables)) continue;
      weight = Math.max(weight, place.weight);
      times = Math.max(times, valueOf(place.count, variables));
      once = Math.max(once, sumOf(place.once, variables));
    }
    return (times > 0 ? times * (weight + estimateOf(this.inner, variables)) : 0) + once;
  }

  actual(value: unknown, variables: Json): number {
    const asked = this.places.filter(({ when }) => holds(when, variables));
    const weight = Math.max(0, ...asked.map((place) => place.weight));
    const once = Math.max(0, ...asked.map((place) => sumOf(place.once, variables)));
    return this.costOf(value, weight, variables) + once;
  }

  /** Computes now what depends on no variable. Whether all of it does not. */
  settle(): boolean {
    const isInnerFixed = [...this.inner.values()].map((part) => part.settle()).every(Boolean);
    const isFixed = this.places.every(
      ({ when, once, count }) =>
        typeof when === 'boolean' && typeof count === 'number' && once.every((cost) => typeof cost === 'number'),
    );
    if (isInnerFixed && isFixed) this.fixed = this.estimate({});
    return this.fixed !== null;
  }

  private costOf(value: unknown, weight: number, variables: Json): number {
    if (value === null || value === undefined) return 0;
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + this.costOf(item, weight, variables), 0);
    return weight + (this.inner.size > 0 ? actualOf(this.inner, value as Json, variables) : 0);
  }
}

export function estimateOf(parts: Parts, variables: Json): number {
  let sum = 0;
  for (const part of parts.values()) sum += part.estimate(variables);
  return sum;
}

export function actualOf(parts: Parts, data: Json, variables: Json): number {
  let sum = 0;
  for (const [key, part] of parts) if (data[key] !== undefined) sum += part.actual(data[key], variables);
  return sum;
}

function valueOf(count: Count, variables: Json): number {
  return typeof count === 'number' ? count : count(variables);
}

function sumOf(counts: readonly Count[], variables: Json): number {
  let sum = 0;
  for (const count of counts) sum += valueOf(count, variables);
  return sum;
}
