const LETTERS: Readonly<Record<string, string>> = { ø: 'o', Ø: 'o', æ: 'ae', ß: 'ss', ł: 'l', đ: 'd', '&': ' and ' };

/** A name as it stands in web addresses: lower-case ASCII letters, digits and hyphens. */
export function slugOf(name: string): string {
  const plain = name.replaceAll(/[øØæßłđ&]/g, (letter) => LETTERS[letter] ?? letter).replaceAll(/['’]/g, '');
  const ascii = plain.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return ascii.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
}
