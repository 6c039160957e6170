const DIGITS = /^(0|[1-9]\d{0,15})$/;

/** A position as clients send it; `null` for what cannot be one of any log. */
export function readPosition(text: string): number | null {
  if (!DIGITS.test(text)) return null;
  const position = Number(text);
  return Number.isSafeInteger(position) ? position : null;
}
