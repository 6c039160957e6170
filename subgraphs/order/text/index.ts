import { badInput } from '../../../platform/errors';

/** Text that a client must give, trimmed and in one unicode form. @throws BAD_USER_INPUT when empty, too long or with control characters */
export function requiredText(value: string, field: string, maxLength: number): string {
  const text = value.normalize('NFC').trim();
  if (text.length < 1 || text.length > maxLength || hasControlCharacters(text)) {
    throw badInput(field, `must have 1 to ${maxLength} characters without control characters`);
  }
  return text;
}

/** Like {@link requiredText}; `null` for absent or empty text. */
export function optionalText(value: string | null | undefined, field: string, maxLength: number): string | null {
  return value === null || value === undefined || value.trim() === '' ? null : requiredText(value, field, maxLength);
}

/** Line breaks and tabs may stand; NUL, which PostgreSQL refuses, lone surrogates and the like may not. */
function hasControlCharacters(text: string): boolean {
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) || !text.isWellFormed();
}
