import { invalid, missing } from './api-error';
import { numberOf, textOf, type Form } from './form';

interface Listed {
  readonly id: string;
  readonly created: number;
}

export interface Page<T> {
  readonly object: 'list';
  readonly url: string;
  readonly has_more: boolean;
  readonly data: readonly T[];
}

/** A page of a list as Stripe answers it: newest first, `starting_after` goes on, `created[gte]` bounds it. */
export function listPage<T extends Listed>(url: string, form: Form, all: Iterable<T>): Page<T> {
  const limit = numberOf(form, 'limit', 1) ?? 10;
  if (limit > 100) throw invalid('Limit must be at most 100.', 'limit');
  const created = form['created'];
  const since = typeof created === 'object' ? (numberOf(created, 'gte', 0) ?? 0) : 0;
  const until = typeof created === 'object' ? (numberOf(created, 'lte', 0) ?? Infinity) : Infinity;
  const found = [...all].filter((each) => each.created >= since && each.created <= until).toReversed();
  const after = textOf(form, 'starting_after');
  const at = after === null ? 0 : found.findIndex(({ id }) => id === after) + 1;
  if (after !== null && at === 0) throw missing('object', after, 'starting_after', 400);
  return { object: 'list', url, has_more: found.length > at + limit, data: found.slice(at, at + limit) };
}
