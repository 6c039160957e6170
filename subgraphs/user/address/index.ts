export { AddressBookResolver } from './address-book.resolver';
export { Address } from './address.entity';
export { createAddressLoaders } from './address.loader';
export { AddressResolver } from './address.resolver';
export { AddressService } from './address.service';
