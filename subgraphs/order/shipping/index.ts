export { shippingChoiceOf, shippingChoicesSql, type ShippingChoice, type ShippingChoiceRow } from './shipping-choice';
export { ShippingRate } from './shipping-rate.entity';
export { ShippingRateResolver } from './shipping-rate.resolver';
export { ShippingMethodUnavailable } from './shipping.errors';
export { readShippingCode } from './shipping.inputs';
export { ShippingOption } from './shipping.payloads';
export { ShippingService } from './shipping.service';
