import { Field, Int, ObjectType } from 'type-graphql';
import { Money } from '../../../platform/federation';
import type { TaxLine as PricedTaxLine } from './price-order';

@ObjectType('TaxLine', {
  description: 'The tax of one rate in goods and shipping, as an invoice shows it.',
  simpleResolvers: true,
})
export class TaxLine {
  @Field(() => Int, { description: 'The rate in hundredths of a percent: 1900 are 19 %.' })
  rate: number;

  @Field(() => Money, { description: 'What it is on, without the tax.' })
  net: Money;

  @Field(() => Money, { description: 'The tax.' })
  tax: Money;

  static of({ taxRate, netMinor, taxMinor }: PricedTaxLine, currency: string): TaxLine {
    const net = Money.ofMinor(netMinor, currency);
    return Object.assign(new TaxLine(), { rate: taxRate, net, tax: Money.ofMinor(taxMinor, currency) });
  }
}
