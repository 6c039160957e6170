import { Field, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { Address } from './address.entity';

@ObjectType({ implements: UserError, description: 'There is no such address in your address book.' })
export class AddressNotFound extends UserError {
  override code = 'ADDRESS_NOT_FOUND';
  override message = 'This address is not in your address book';
  override path = ['input', 'addressId'];
}

@ObjectType({ implements: UserError, description: 'The address book is full. Remove an address that you do not need.' })
export class TooManyAddresses extends UserError {
  override code = 'TOO_MANY_ADDRESSES';
  override message = 'Your address book is full; remove an address first';

  @Field(() => Int, { description: 'How many addresses a book holds at most.' })
  limit: number;

  static beyond(limit: number): TooManyAddresses {
    return Object.assign(new TooManyAddresses(), { limit });
  }
}

@ObjectType({ implements: UserError, description: 'The address changed since you read it. Look at current and decide again.' })
export class AddressVersionConflict extends UserError {
  override code = 'ADDRESS_VERSION_CONFLICT';
  override message = 'The address was changed in the meantime; look at current and try again';
  override path = ['input', 'expectedVersion'];

  @Field(() => Address, { description: 'The address as it is now.' })
  current: Address;

  static of(current: Address): AddressVersionConflict {
    return Object.assign(new AddressVersionConflict(), { current });
  }
}
