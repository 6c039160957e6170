import { Field, ID, ObjectType } from 'type-graphql';
import { TaxZone } from './tax-zone.entity';
import { RemoveTaxZoneError, SetTaxZoneError, type TaxFailure } from './tax.errors';

@ObjectType('SetTaxZonePayload', { description: 'The answer of setTaxZone.' })
export class SetTaxZonePayload {
  @Field(() => TaxZone, { nullable: true, description: 'The zone as it is now; null when nothing changed.' })
  taxZone: TaxZone | null;

  @Field(() => [SetTaxZoneError], { description: 'Why nothing changed; empty when it did.' })
  errors: readonly TaxFailure[];
}

@ObjectType('RemoveTaxZonePayload', { description: 'The answer of removeTaxZone.' })
export class RemoveTaxZonePayload {
  @Field(() => ID, { nullable: true, description: 'The id that led to it; null when nothing was removed.' })
  removedTaxZoneId: string | null;

  @Field(() => [RemoveTaxZoneError], { description: 'Why nothing was removed; empty when it was.' })
  errors: readonly TaxFailure[];
}
