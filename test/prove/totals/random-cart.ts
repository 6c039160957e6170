import fc from 'fast-check';
import type { DiscountToApply, LineToPrice, OrderToPrice, ShippingToPrice } from '../../../subgraphs/order/pricing';

/** A cart with everything that its price depends on, and how it will be returned. */
export interface RandomCart {
  readonly order: OrderToPrice;
  /** For each line the sizes of its returns, in turn; they add up to its quantity. */
  readonly returns: readonly (readonly number[])[];
}

/** Real rates and odd ones; many amounts fall on a half cent. */
const taxRate = fc.oneof(
  fc.constantFrom(0, 260, 500, 550, 700, 725, 810, 1900, 2000, 2100, 2550),
  fc.integer({ min: 0, max: 10_000 }),
);
/** Cents, usual prices, and the dearest that the shop takes. */
const unitMinor = fc.oneof(
  fc.integer({ min: 0, max: 99 }),
  fc.integer({ min: 100, max: 50_000 }),
  fc.integer({ min: 0, max: 1_000_000_000 }),
);
const quantity = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 999 }));

const line: fc.Arbitrary<LineToPrice> = fc.record({
  unitMinor,
  quantity,
  taxRate,
  isDiscounted: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

const discount: fc.Arbitrary<DiscountToApply | null> = fc.oneof(
  fc.constant(null),
  fc.constant({ kind: 'FREE_SHIPPING' } as const),
  fc.integer({ min: 1, max: 10_000 }).map((percentage) => ({ kind: 'PERCENTAGE', percentage }) as const),
  unitMinor.map((minor) => ({ kind: 'FIXED_AMOUNT', amountMinor: minor + 1 }) as const),
);

const shipping: fc.Arbitrary<ShippingToPrice | null> = fc.option(
  fc.record({ priceMinor: fc.integer({ min: 0, max: 5_000 }), freeFromMinor: fc.option(unitMinor), taxRate }),
);

const order: fc.Arbitrary<OrderToPrice> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 8 }),
  pricesIncludeTax: fc.boolean(),
  discount,
  shipping,
});

/** Carts with the ways in which their lines come back: at once, piece by piece, or in parts. */
export const randomCart: fc.Arbitrary<RandomCart> = order.chain((priced) =>
  fc
    .tuple(...priced.lines.map((sold) => fc.array(fc.integer({ min: 1, max: sold.quantity }), { maxLength: 4 })))
    .map((sizes) => ({ order: priced, returns: sizes.map((wanted, at) => partsOf(priced.lines[at]?.quantity ?? 0, wanted)) })),
);

/** As many of the wanted parts as fit, and the rest at the end. */
function partsOf(whole: number, wanted: readonly number[]): number[] {
  const parts: number[] = [];
  let left = whole;
  for (const part of wanted) {
    if (part > left) break;
    parts.push(part);
    left -= part;
  }
  return left > 0 ? [...parts, left] : parts;
}
