import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { requireUser } from '../../../platform/auth';
import { globalId, keyOf, type SubgraphContext } from '../../../platform/federation';
import { Address } from './address.entity';
import { AddAddressInput, RemoveAddressInput, SetDefaultAddressInput, UpdateAddressInput } from './address.inputs';
import { AddAddressPayload, RemoveAddressPayload, SetDefaultAddressPayload, UpdateAddressPayload } from './address.payloads';
import type { AddressService } from './address.service';

@Resolver(() => Address)
export class AddressResolver {
  constructor(private readonly addresses: AddressService) {}

  @Mutation(() => AddAddressPayload, { description: 'Puts an address into your address book.' })
  addAddress(
    @Arg('input', () => AddAddressInput, { description: 'The new address.' }) input: AddAddressInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<AddAddressPayload> {
    return this.addresses.add(requireUser(viewer), input);
  }

  @Mutation(() => UpdateAddressPayload, { description: 'Changes an address of your address book.' })
  updateAddress(
    @Arg('input', () => UpdateAddressInput, { description: 'What to change.' }) input: UpdateAddressInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<UpdateAddressPayload> {
    return this.addresses.update(requireUser(viewer), keyOf('Address', input.addressId, 'input.addressId'), input);
  }

  @Mutation(() => RemoveAddressPayload, { description: 'Takes an address out of your address book. Orders keep their copies.' })
  removeAddress(
    @Arg('input', () => RemoveAddressInput, { description: 'Which address.' }) input: RemoveAddressInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<RemoveAddressPayload> {
    return this.addresses.remove(requireUser(viewer), keyOf('Address', input.addressId, 'input.addressId'));
  }

  @Mutation(() => SetDefaultAddressPayload, { description: 'Chooses the address that a checkout offers first.' })
  setDefaultAddress(
    @Arg('input', () => SetDefaultAddressInput, { description: 'Which address.' }) input: SetDefaultAddressInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<SetDefaultAddressPayload> {
    return this.addresses.setDefault(requireUser(viewer), keyOf('Address', input.addressId, 'input.addressId'));
  }

  @FieldResolver(() => ID, { description: 'Opaque and never changing.' })
  id(@Root() address: Address): string {
    return globalId('Address', address.id);
  }
}
