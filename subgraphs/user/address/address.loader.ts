import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { Address } from './address.entity';
import type { AddressService } from './address.service';

/** The batches of the address slice. */
export function createAddressLoaders(addresses: AddressService) {
  return {
    byUserKey: defineLoader<number, Address[], SubgraphContext>({
      name: 'addressesOfUser',
      batch: (keys) => addresses.ofUsers(keys),
    }),
  };
}

export type AddressLoaders = ReturnType<typeof createAddressLoaders>;
