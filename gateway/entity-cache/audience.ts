import { createHash } from 'node:crypto';
import { anonymous, type Viewer } from '../../platform/auth';
import type { SharedRequest } from '../executor/subgraph-call';
import type { Audience } from './fetch-policy';

const NOBODY = '-';
const EVERYBODY = '*';
const viewers = new WeakMap<Viewer, string>();

/**
 * The part of a key that tells apart whom a subgraph may answer differently: all that it is told of who asks, the viewer and
 * every header that is passed on. `null` for whom nothing may be kept.
 */
export function audienceKey(audience: Audience, { viewer, forwarded }: SharedRequest): string | null {
  if (audience === 'everybody') return EVERYBODY;
  const isKnown = viewer !== anonymous || (forwarded !== null && forwarded !== undefined);
  if (!isKnown) return audience === 'own' ? null : NOBODY;
  if (forwarded) return hashOf([viewer, Object.entries(forwarded).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  let known = viewers.get(viewer);
  if (known === undefined) viewers.set(viewer, (known = hashOf([viewer])));
  return known;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}
