import fc from 'fast-check';
import { priceOrder, refundable, refundableMinor, refundableShippingMinor } from '../../subgraphs/order/pricing';
import { problemsOf } from '../prove/totals/exact';
import { FAULTS } from '../prove/totals/faults';
import { randomCart } from '../prove/totals/random-cart';

const line = (unitMinor: number, quantity = 1, taxRate = 0, isDiscounted = true) => ({
  unitMinor,
  quantity,
  taxRate,
  isDiscounted,
});
const plain = { pricesIncludeTax: true, discount: null, shipping: null };

describe('the price of an order', () => {
  test('holds to the cent for random carts and all ways to return them', () => {
    fc.assert(
      fc.property(randomCart, (cart) => {
        expect(problemsOf(cart, { price: priceOrder, refund: refundable })).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each(FAULTS)('a planted fault is caught: $name', ({ pricing }) => {
    const { failed } = fc.check(
      fc.property(randomCart, (cart) => problemsOf(cart, pricing).length === 0),
      { numRuns: 20_000 },
    );
    expect(failed).toBe(true);
  });

  test('rounds half a cent up, in each line', () => {
    const lines = [line(10, 1, 500), line(10, 1, 500)];
    expect(priceOrder({ ...plain, pricesIncludeTax: false, lines })).toMatchObject({ taxMinor: 2, totalMinor: 22 });
  });

  test('spreads a discount by largest remainder, the earlier line first', () => {
    const { lines } = priceOrder({
      ...plain,
      lines: [line(100), line(100), line(100)],
      discount: { kind: 'FIXED_AMOUNT', amountMinor: 100 },
    });
    expect(lines.map(({ discountMinor }) => discountMinor)).toEqual([34, 33, 33]);
  });

  test('travels free from a value after the discount', () => {
    const shipping = { priceMinor: 490, freeFromMinor: 5_000, taxRate: 0 };
    expect(priceOrder({ ...plain, lines: [line(5_000)], shipping }).shippingMinor).toBe(0);
    const discount = { kind: 'FIXED_AMOUNT', amountMinor: 1 } as const;
    expect(priceOrder({ ...plain, lines: [line(5_000)], shipping, discount }).shippingMinor).toBe(490);
  });

  test('is exact beyond what a product of two doubles can be', () => {
    const { taxMinor } = priceOrder({ ...plain, lines: [line(1_000_000_000, 999, 10_000)] });
    expect(taxMinor).toBe(499_500_000_000);
  });
});

describe('what a return gives back', () => {
  const sold = { quantity: 3, priceMinor: 333, discountMinor: 0, taxMinor: 190 };

  test('adds up to what was paid, piece by piece or at once', () => {
    const pieces = [0, 1, 2].map((before) => refundableMinor({ ...sold, discountMinor: 1 }, true, before, 1));
    expect(pieces).toEqual([333, 332, 333]);
    expect(refundableMinor({ ...sold, discountMinor: 1 }, true, 0, 3)).toBe(998);
  });

  test('has its share of the tax on top in it where prices do not include it', () => {
    expect(refundable(sold, false, 0, 3)).toEqual({ amountMinor: 1_189, taxMinor: 190 });
    expect(refundable(sold, true, 1, 1)).toEqual({ amountMinor: 333, taxMinor: 64 });
  });

  test('is refused beyond what was bought', () => {
    expect(() => refundable(sold, true, 2, 2)).toThrow(RangeError);
  });

  test('of the shipping is what was paid for it', () => {
    const shipping = { shippingMinor: 490, shippingTaxMinor: 93 };
    expect(refundableShippingMinor({ ...shipping, pricesIncludeTax: true })).toBe(490);
    expect(refundableShippingMinor({ ...shipping, pricesIncludeTax: false })).toBe(583);
  });
});
