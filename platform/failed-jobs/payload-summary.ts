const MAX_TEXT = 120;
const MAX_LENGTH = 2_000;
const MAX_DEPTH = 4;
const MAX_ITEMS = 20;
const HIDDEN = '[hidden]';
/** Payloads should hold no secret; should one slip in, it is not shown. */
const SECRET = /token|secret|password|authorization|signature|card|iban/i;

/** What staff see of a job's payload: the shape of it, with long texts cut and secrets hidden. */
export function summaryOf(payload: unknown): string {
  const text = JSON.stringify(shortened(payload, 0)) ?? 'null';
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => shortened(item, depth + 1));
  const entries = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(entries.map(([key, item]) => [key, SECRET.test(key) ? HIDDEN : shortened(item, depth + 1)]));
}
