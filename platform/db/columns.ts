import { Column, type ColumnOptions, type ValueTransformer } from 'typeorm';

/** `numeric(14,2)` in the database, integer minor units in code; money is never a float. */
export const minorUnits: ValueTransformer = {
  to: (value: number | null | undefined) => (value === null || value === undefined ? value : minorToDecimal(value)),
  from: (value: string | null) => (value === null ? null : decimalToMinor(value)),
};

/** A money column: the property is an integer count of minor units (cents), the column is `numeric(14,2)`. */
export function MoneyColumn(options: ColumnOptions = {}): PropertyDecorator {
  return Column({ type: 'numeric', precision: 14, scale: 2, transformer: minorUnits, ...options });
}

/** `1999` -> `"19.99"`. @throws RangeError when `minor` is no safe integer */
export function minorToDecimal(minor: number): string {
  if (!Number.isSafeInteger(minor)) throw new RangeError('an amount of money must be a whole number of minor units');
  const digits = String(Math.abs(minor)).padStart(3, '0');
  return `${minor < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `"19.9"` -> `1990`. @throws RangeError when the text is no decimal with at most two fraction digits */
export function decimalToMinor(decimal: string): number {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,2})0*)?$/.exec(decimal);
  if (!match) throw new RangeError('an amount of money must be a decimal with at most two fraction digits');
  const [, sign, whole, fraction = ''] = match;
  const minor = Number(`${whole}${fraction.padEnd(2, '0')}`);
  return sign === '-' && minor !== 0 ? -minor : minor;
}
