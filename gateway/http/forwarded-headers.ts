type Headers = Readonly<Record<string, string>>;

/** What may stand in a header: no control characters, which could begin another header. */
const FIT = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Those of a client's headers that are passed on to subgraphs; `null` where it sent none of them. */
export function forwardedHeaders(names: readonly string[], given: Readonly<Record<string, unknown>>): Headers | null {
  let forwarded: Record<string, string> | null = null;
  for (const name of names) {
    const value = given[name];
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (typeof text !== 'string' || !FIT.test(text)) continue;
    forwarded ??= {};
    forwarded[name] = text;
  }
  return forwarded;
}
