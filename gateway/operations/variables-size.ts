import { AppError } from '../../platform/errors';
import type { Json } from '../executor/merge';

/** Deeper than any input type that people think of, and far from what recursion over it could stand. */
const MAX_DEPTH = 50;
/** Lists of this many values take some milliseconds to check. */
const MAX_VALUES = 20_000;

/** @throws AppError OPERATION_TOO_LARGE for variables so deep, or so many, that to work on them would keep others waiting */
export function refuseTooLargeVariables(variables: Readonly<Json>): void {
  // Most requests have a few plain values, which this passes by without an allocation.
  let level: unknown[] | null = null;
  for (const name in variables) if (isComposite(variables[name])) (level ??= []).push(variables[name]);
  let values = 0;
  for (let depth = 1; level && level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw tooLarge('variablesDepth', MAX_DEPTH, 'nested');
    const inner: unknown[] = [];
    for (const composite of level) {
      for (const value of Array.isArray(composite) ? composite : Object.values(composite as Json)) {
        values += 1;
        if (isComposite(value)) inner.push(value);
      }
    }
    if (values > MAX_VALUES) throw tooLarge('variables', MAX_VALUES, 'many');
    level = inner;
  }
}

function isComposite(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function tooLarge(limit: string, allowed: number, how: string): AppError {
  return new AppError('OPERATION_TOO_LARGE', `The variables are too ${how}: ${limit} may be ${allowed} at most`, {
    limit,
    allowed,
  });
}
