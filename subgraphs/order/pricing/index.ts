export {
  priceOrder,
  shippingPriceMinor,
  type DiscountToApply,
  type LineToPrice,
  type OrderToPrice,
  type PricedOrder,
  type ShippingToPrice,
  type TaxLine as PricedTaxLine,
} from './price-order';
export { paidMinor, refundable, refundableMinor, refundableShippingMinor, type Refundable, type SoldLine } from './refundable';
export { TaxLine } from './tax-line.type';
export { taxLinesOfOrder } from './tax-lines-of-order';
