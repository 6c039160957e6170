import { badInput } from '../../platform/errors';

/**
 * One line of text as a client typed it: NFC, trimmed.
 *
 * @throws BAD_USER_INPUT naming `field` when it is shorter or longer than allowed or holds control characters
 */
export function readLine(value: string, field: string, minimum: number, maximum: number): string {
  const text = value.normalize('NFC').trim();
  const length = [...text].length;
  if (length < minimum || length > maximum) throw badInput(field, `must have ${minimum} to ${maximum} characters`);
  if (!text.isWellFormed() || CONTROL_CHARACTERS.test(text))
    throw badInput(field, 'must be one line of plain text without control characters');
  return text;
}

/** As {@link readLine}; absent and empty text are `null`. */
export function readOptionalLine(value: string | null | undefined, field: string, maximum: number): string | null {
  const text = readLine(value ?? '', field, 0, maximum);
  return text === '' ? null : text;
}

/** An e-mail address as it will be stored; its case is kept, but addresses are compared without it. */
export function readEmail(value: string, field = 'input.email'): string {
  const email = readLine(value, field, 3, 254);
  if (!EMAIL.test(email)) throw badInput(field, 'must be an e-mail address, such as "ada@example.com"');
  return email;
}

/** A password as typed. It is hashed in NFKC, so that one typed on another keyboard is the same. */
export function readPassword(value: string, field: string): string {
  if (value.length > MAX_PASSWORD_INPUT || !value.isWellFormed())
    throw badInput(field, `must have ${MAX_PASSWORD_INPUT} characters at most`);
  return value.normalize('NFKC');
}

/** A token out of a mail or an answer of ours. */
export function readToken(value: string, field: string): string {
  if (value.length < 1 || value.length > 200 || /[^\w-]/.test(value))
    throw badInput(field, 'must be a token as this API gave it');
  return value;
}

const MAX_PASSWORD_INPUT = 1_000;
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029]/u;
// One @, no blanks or brackets, a domain with a dot and labels of letters, digits and hyphens; the mail server has the last word.
const EMAIL = /^[^\s@<>()[\]\\,;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]{1,62}$/u;
