export {
  priceOrder,
  taxLinesOf,
  type DiscountToApply,
  type LineToPrice,
  type OrderToPrice,
  type PricedOrder,
  type ShippingToPrice,
  type TaxLine,
} from './price-order';
export { paidMinor, refundable, refundableMinor, refundableShippingMinor, type Refundable, type SoldLine } from './refundable';
