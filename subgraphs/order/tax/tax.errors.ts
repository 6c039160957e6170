import { createUnionType, Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { TaxZone } from './tax-zone.entity';

@ObjectType('TaxZoneNotFound', { implements: UserError, description: 'There is no such tax zone.' })
export class TaxZoneNotFound extends UserError {
  static make(): TaxZoneNotFound {
    const message = 'There is no such tax zone; read the list again';
    return Object.assign(new TaxZoneNotFound(), { code: 'TAX_ZONE_NOT_FOUND', message, path: ['input', 'taxZoneId'] });
  }
}

@ObjectType('TaxZoneVersionConflict', { implements: UserError, description: 'Somebody changed the tax zone since you read it.' })
export class TaxZoneVersionConflict extends UserError {
  @Field(() => TaxZone, { nullable: true, description: 'The zone as it is now; null when there is none any more.' })
  current: TaxZone | null;

  static make(current: TaxZone | null): TaxZoneVersionConflict {
    const message = current
      ? `The tax zone changed; its version is now ${current.version}`
      : 'There is no such tax zone any more';
    const path = ['input', 'expectedVersion'];
    return Object.assign(new TaxZoneVersionConflict(), { code: 'TAX_ZONE_VERSION_CONFLICT', message, path, current });
  }
}

export type TaxFailure = TaxZoneNotFound | TaxZoneVersionConflict;

export const SetTaxZoneError = createUnionType({
  name: 'SetTaxZoneError',
  description: 'Why a tax zone was not changed.',
  types: () => [TaxZoneVersionConflict] as const,
});
export const RemoveTaxZoneError = createUnionType({
  name: 'RemoveTaxZoneError',
  description: 'Why a tax zone was not removed.',
  types: () => [TaxZoneNotFound, TaxZoneVersionConflict] as const,
});
