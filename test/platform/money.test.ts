import fc from 'fast-check';
import { decimalToMinor, minorToDecimal } from '../../platform/db';
import { Money, readMoney } from '../../platform/federation';

describe('money', () => {
  it('goes from minor units to a decimal and back without loss', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }),
        (minor) => decimalToMinor(minorToDecimal(minor)) === minor,
      ),
    );
  });

  it.each([
    ['19.99', 1999],
    ['19.9', 1990],
    ['0', 0],
    ['-0.00', 0],
    ['-3.50', -350],
    ['5.100', 510],
  ])('reads %s as %d', (text, minor) => {
    expect(decimalToMinor(text)).toBe(minor);
  });

  it.each(['', '1.999', '1e3', 'NaN', '1,5', '٣', '.5', '1.'])('refuses %p', (text) => {
    expect(() => decimalToMinor(text)).toThrow(RangeError);
  });

  it('is written as people of a language write it', () => {
    expect(Money.ofMinor(123_456, 'EUR').formatted('en')).toBe('€1,234.56');
    expect(() => Money.ofMinor(1, 'EUR').formatted('no such language')).toThrow(/BCP 47/);
  });

  it('from a client must be in the currency and range', () => {
    expect(readMoney({ amount: '12.5' }, 'EUR', 'price')).toBe(1250);
    expect(() => readMoney({ amount: '1', currency: 'USD' }, 'EUR', 'price')).toThrow('price.currency must be EUR');
    expect(() => readMoney({ amount: '-1' }, 'EUR', 'price')).toThrow('price.amount must be from 0.00 to');
  });
});
