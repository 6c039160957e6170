import { GraphQLError } from 'graphql';
import { AppError } from '../../platform/errors';
import type { Filtered } from './filter';

/** Why nothing of an operation is done for viewers of some grants. */
export interface Refusal {
  readonly errors: readonly GraphQLError[];
  /** Whether the answer has `data: null`, as where a root field failed; a rejected operation has no data. */
  readonly isExecuted: boolean;
}

/** `null` where the rest of the operation is answered. */
export function refusalFor({ fatal, places }: Filtered, mode: 'filter' | 'reject'): Refusal | null {
  if (mode === 'reject' && places.length > 0) return { errors: [rejected(places)], isExecuted: false };
  if (fatal.length === 0) return null;
  return { errors: fatal.map(({ key, type, field }) => unauthorised([key], `${type}.${field}`)), isExecuted: true };
}

/** @param denied a type, or a field with its type */
export function unauthorised(path: readonly (string | number)[], denied: string): GraphQLError {
  const cause = new AppError('UNAUTHORIZED_FIELD_OR_TYPE', `You may not see ${denied}: sign in, or ask for the right to`, {
    denied,
  });
  return new GraphQLError(cause.message, { path, originalError: cause });
}

function rejected(places: Filtered['places']): GraphQLError {
  const named = places.map((place) => place.join('.'));
  const message =
    'The operation asks for what you may not see, and was not begun: leave it out, sign in, or ask for the right to';
  const cause = new AppError('UNAUTHORIZED_FIELD_OR_TYPE', message, { places: named });
  return new GraphQLError(message, { originalError: cause });
}
