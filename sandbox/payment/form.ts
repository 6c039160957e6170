import { invalid } from './api-error';

/** A form as Stripe's SDK encodes it: `a[b][0]=c` is `{ a: { b: { 0: 'c' } } }`. */
export interface Form {
  readonly [name: string]: string | Form;
}

const MAX_DEPTH = 6;

export function readForm(text: string): Form {
  const form: Record<string, string | Form> = Object.create(null) as Record<string, string | Form>;
  let count = -1;
  for (const [name, value] of new URLSearchParams(text)) {
    // `a[]=x` adds to a list; lists are objects with numbers as names, as the SDK writes them in bodies.
    const path = name
      .replace(/\[\]$/, () => `[${(count += 1)}]`)
      .split('[')
      .map((part) => part.replace(/\]$/, ''));
    if (path.length > MAX_DEPTH || path.some((part) => part === '')) throw invalid(`Received unknown parameter: ${name}`, name);
    put(form, path, value);
  }
  return form;
}

function put(into: Record<string, string | Form>, [name = '', ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = into[name];
  const next = (typeof inner === 'object' ? inner : Object.create(null)) as Record<string, string | Form>;
  into[name] = next;
  put(next, rest, value);
}

export function textOf(form: Form, name: string): string | null {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function textsOf(form: Form, name: string): Record<string, string> {
  const value = form[name];
  if (typeof value !== 'object') return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** A whole number from `minimum` on; `null` when it is absent. @throws ApiError when it is something else */
export function numberOf(form: Form, name: string, minimum: number): number | null {
  const text = textOf(form, name);
  if (text === null) return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < minimum) throw invalid(`Invalid integer: ${text}`, name);
  return value;
}
