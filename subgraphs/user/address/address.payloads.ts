import { createUnionType, Field, ObjectType } from 'type-graphql';
import { Address } from './address.entity';
import { AddressNotFound, AddressVersionConflict, TooManyAddresses } from './address.errors';

export const AddAddressError = createUnionType({
  name: 'AddAddressError',
  description: 'Why an address was not added.',
  types: () => [TooManyAddresses] as const,
});

@ObjectType({ description: 'The answer to addAddress.' })
export class AddAddressPayload {
  @Field(() => Address, { nullable: true, description: 'The new address; null when it failed.' })
  address?: Address | null;

  @Field(() => [AddAddressError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof AddAddressError)[];
}

export const UpdateAddressError = createUnionType({
  name: 'UpdateAddressError',
  description: 'Why an address was not changed.',
  types: () => [AddressNotFound, AddressVersionConflict] as const,
});

@ObjectType({ description: 'The answer to updateAddress.' })
export class UpdateAddressPayload {
  @Field(() => Address, { nullable: true, description: 'The address after the change; null when it failed.' })
  address?: Address | null;

  @Field(() => [UpdateAddressError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof UpdateAddressError)[];
}

export const RemoveAddressError = createUnionType({
  name: 'RemoveAddressError',
  description: 'Why an address was not removed.',
  types: () => [AddressNotFound] as const,
});

@ObjectType({ description: 'The answer to removeAddress.' })
export class RemoveAddressPayload {
  @Field(() => Address, { nullable: true, description: 'The address as it was; null when it failed.' })
  removed?: Address | null;

  @Field(() => [RemoveAddressError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof RemoveAddressError)[];
}

export const SetDefaultAddressError = createUnionType({
  name: 'SetDefaultAddressError',
  description: 'Why another address did not become the default.',
  types: () => [AddressNotFound] as const,
});

@ObjectType({ description: 'The answer to setDefaultAddress.' })
export class SetDefaultAddressPayload {
  @Field(() => Address, { nullable: true, description: 'The address that is offered first now; null when it failed.' })
  address?: Address | null;

  @Field(() => [SetDefaultAddressError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof SetDefaultAddressError)[];
}
