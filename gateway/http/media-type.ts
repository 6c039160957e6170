export const JSON_TYPE = 'application/json';
export const GRAPHQL_RESPONSE_TYPE = 'application/graphql-response+json';

export type AnswerType = typeof JSON_TYPE | typeof GRAPHQL_RESPONSE_TYPE;

/** Which of the two answer types a client prefers, `application/json` where it does not care; `null` for neither. */
export function negotiate(accept: string | undefined): AnswerType | null {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  let best: { type: AnswerType; quality: number; rank: number } | null = null;
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    const type = typeOf(range);
    // An exact range says more than a wildcard of the same quality.
    const rank = range.includes('*') ? 0 : 1;
    if (type === null || !(quality > 0)) continue;
    if (!best || quality > best.quality || (quality === best.quality && rank > best.rank)) best = { type, quality, rank };
  }
  return best?.type ?? null;
}

function typeOf(range: string): AnswerType | null {
  if (range === GRAPHQL_RESPONSE_TYPE) return GRAPHQL_RESPONSE_TYPE;
  return range === JSON_TYPE || range === '*/*' || range === 'application/*' ? JSON_TYPE : null;
}
