import type { SubgraphResponse } from '../../platform/federation';
import type { Answer } from '../executor/answer';

/** One event as it is told to every subscriber of a channel. */
export interface LiveMessage {
  /** Where it stands in its source's log; `null` where the source tells none. */
  readonly position: number | null;
  /** The JSON text of the answer up to its request id, which each subscriber has of its own: see {@link endOfMessage}. */
  readonly json: Buffer;
  /** When it happened; `null` where its source does not say. */
  readonly bornAtMs: number | null;
}

export function messageOf({ data, dataJson, errors, extensions }: Answer, event: SubgraphResponse): LiveMessage {
  const position = positionOf(event);
  const whole = dataJson ?? (data === undefined ? undefined : JSON.stringify(data));
  const head = errors ? `{"errors":${JSON.stringify(errors)},"data":${whole ?? 'null'}` : `{"data":${whole ?? 'null'}`;
  const told = { ...extensions, ...(position === null ? {} : { position: String(position) }), requestId: '' };
  // Ends within the text of the last member.
  const json = Buffer.from(`${head},"extensions":${JSON.stringify(told).slice(0, -2)}`);
  return { position, json, bornAtMs: timeIn(event.extensions?.['at']) };
}

/** What closes a message. Ids of requests hold nothing that JSON escapes. */
export function endOfMessage(requestId: string): string {
  return `${requestId}"}}`;
}

/** @returns `null` for what is no position: those are decimal integers, increasing, which every log begins anew at 1 */
export function readPosition(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) return null;
  return Number(value);
}

export function positionOf({ extensions }: SubgraphResponse): number | null {
  return readPosition(extensions?.['position']);
}

/** Whether it tells only that everything up to its position was told. */
export function isMarker({ data, errors }: SubgraphResponse): boolean {
  return !data && !errors;
}

function timeIn(value: unknown): number | null {
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}
