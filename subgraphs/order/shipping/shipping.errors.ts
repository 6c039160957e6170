import { createUnionType, Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { ShippingRate } from './shipping-rate.entity';

@ObjectType('ShippingMethodUnavailable', {
  implements: UserError,
  description: 'There is no such way of shipping, or it does not go to that country.',
})
export class ShippingMethodUnavailable extends UserError {
  @Field(() => [String], { description: 'The codes of those that do.' })
  available: string[];

  static make(available: string[]): ShippingMethodUnavailable {
    const message = available.length > 0 ? `Choose one of ${available.join(', ')}` : 'We do not ship to this country';
    return Object.assign(new ShippingMethodUnavailable(), {
      code: 'SHIPPING_METHOD_UNAVAILABLE',
      message,
      path: ['input', 'shippingMethodCode'],
      available,
    });
  }
}

@ObjectType('ShippingRateNotFound', { implements: UserError, description: 'There is no such shipping rate.' })
export class ShippingRateNotFound extends UserError {
  static make(): ShippingRateNotFound {
    const message = 'There is no such shipping rate; read the list again';
    return Object.assign(new ShippingRateNotFound(), {
      code: 'SHIPPING_RATE_NOT_FOUND',
      message,
      path: ['input', 'shippingRateId'],
    });
  }
}

@ObjectType('ShippingCodeTaken', { implements: UserError, description: 'Another shipping rate has this code.' })
export class ShippingCodeTaken extends UserError {
  static make(): ShippingCodeTaken {
    const message = 'Another shipping rate has this code; choose another';
    return Object.assign(new ShippingCodeTaken(), { code: 'SHIPPING_CODE_TAKEN', message, path: ['input', 'code'] });
  }
}

@ObjectType('ShippingRateVersionConflict', {
  implements: UserError,
  description: 'Somebody changed the shipping rate since you read it.',
})
export class ShippingRateVersionConflict extends UserError {
  @Field(() => ShippingRate, { description: 'The rate as it is now.' })
  current: ShippingRate;

  static make(current: ShippingRate): ShippingRateVersionConflict {
    const message = `The shipping rate changed; its version is now ${current.version}`;
    const path = ['input', 'expectedVersion'];
    return Object.assign(new ShippingRateVersionConflict(), { code: 'SHIPPING_RATE_VERSION_CONFLICT', message, path, current });
  }
}

export type ShippingRateFailure = ShippingRateNotFound | ShippingCodeTaken | ShippingRateVersionConflict;

export const ShippingRateError = createUnionType({
  name: 'ShippingRateError',
  description: 'Why a shipping rate was not changed.',
  types: () => [ShippingRateNotFound, ShippingCodeTaken, ShippingRateVersionConflict] as const,
});
