import { shareHalfUp } from './arithmetic';

/** What an order's line says of its money; the columns of `order_item` and the order's `pricesIncludeTax`. */
export interface SoldLine {
  readonly quantity: number;
  readonly priceMinor: number;
  readonly discountMinor: number;
  readonly taxMinor: number;
}

export interface Refundable {
  /** What the customer gets back, tax in it. */
  readonly amountMinor: number;
  /** How much of it is tax. */
  readonly taxMinor: number;
}

/** What the customer paid for a line: after discount, with tax. All lines and the shipping make the order's total. */
export function paidMinor(line: SoldLine, pricesIncludeTax: boolean): number {
  const net = line.priceMinor * line.quantity - line.discountMinor;
  return pricesIncludeTax ? net : net + line.taxMinor;
}

/**
 * What returning `quantity` of a line gives back when `returnedBefore` were returned earlier. It is the difference of
 * two roundings of what the first n pieces cost, so that however a line is returned, piece by piece or at once, the
 * parts add up to what was paid for it.
 *
 * @throws RangeError when more is returned than was bought
 */
export function refundable(line: SoldLine, pricesIncludeTax: boolean, returnedBefore: number, quantity: number): Refundable {
  const returned = returnedBefore + quantity;
  if (returnedBefore < 0 || quantity < 0 || returned > line.quantity) {
    throw new RangeError(`${quantity} of ${line.quantity} cannot be returned after ${returnedBefore}`);
  }
  const paid = paidMinor(line, pricesIncludeTax);
  const between = (amount: number): number =>
    shareHalfUp(amount, returned, line.quantity) - shareHalfUp(amount, returnedBefore, line.quantity);
  return { amountMinor: between(paid), taxMinor: between(line.taxMinor) };
}

/** The amount of {@link refundable} alone. */
export function refundableMinor(line: SoldLine, pricesIncludeTax: boolean, returnedBefore: number, quantity: number): number {
  return refundable(line, pricesIncludeTax, returnedBefore, quantity).amountMinor;
}

/** What giving back the shipping comes to, tax in it. */
export function refundableShippingMinor(order: {
  readonly shippingMinor: number;
  readonly shippingTaxMinor: number;
  readonly pricesIncludeTax: boolean;
}): number {
  return order.pricesIncludeTax ? order.shippingMinor : order.shippingMinor + order.shippingTaxMinor;
}
