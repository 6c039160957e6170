export { NO_TAX, rateOf, shippingRateOf, taxRulesSql, type TaxRules } from './tax-rules';
export { TaxZone } from './tax-zone.entity';
export { TaxResolver } from './tax.resolver';
export { TaxService } from './tax.service';
