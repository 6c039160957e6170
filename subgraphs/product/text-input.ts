import { badInput } from '../../platform/errors';

const MAX_SLUG = 120;

/** Text as a client typed it: NFC, trimmed. @throws BAD_USER_INPUT naming `field` */
export function readText(value: string, field: string, minimum: number, maximum: number): string {
  const text = value.normalize('NFC').trim();
  if (text.length < minimum || text.length > maximum) throw badInput(field, `must have ${minimum} to ${maximum} characters`);
  if (!text.isWellFormed() || text.includes('\0')) throw badInput(field, 'must be Unicode text without NUL');
  return text;
}

/** As {@link readText}; absent and empty text are `null`. */
export function readOptionalText(value: string | null | undefined, field: string, maximum: number): string | null {
  const text = readText(value ?? '', field, 0, maximum);
  return text === '' ? null : text;
}

/** A name in web addresses. @throws BAD_USER_INPUT naming `field` */
export function readSlug(value: string, field: string): string {
  if (value.length > MAX_SLUG || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value)) {
    throw badInput(field, `must be lower-case letters, digits and single hyphens, at most ${MAX_SLUG} characters`);
  }
  return value;
}

/** "Crème Brûlée Set" -> "creme-brulee-set"; "item" where nothing is left. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return (
    plain
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, MAX_SLUG - 6)
      .replaceAll(/^-+|-+$/g, '') || 'item'
  );
}

/** `wanted`, or with the first number behind it that `taken` does not hold. */
export function freeSlug(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

export function readWhole(value: number, field: string, minimum: number, maximum: number): number {
  if (!Number.isInteger(value) || value < minimum || value > maximum)
    throw badInput(field, `must be a whole number from ${minimum} to ${maximum}`);
  return value;
}
