/** Beyond this a regular expression looks through a text faster than a loop does. */
const SHORT = 48;
/** What JSON must escape; unpaired surrogates among them, which `JSON.stringify` escapes too. */
const UNSAFE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** As `JSON.stringify` of a text, without its cost for the texts that need no escape, which nearly all are. */
export function textToJson(text: string): string {
  const { length } = text;
  if (length > SHORT) return UNSAFE.test(text) ? JSON.stringify(text) : `"${text}"`;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === 34 || code === 92 || (code >= 0xd800 && code <= 0xdfff)) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** As `JSON.stringify` of a value that came as JSON. */
export function valueToJson(value: unknown): string {
  if (typeof value === 'string') return textToJson(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return JSON.stringify(value);
}
