import { Any, type DataSource, type EntityManager } from 'typeorm';
import { inTransaction } from '../../../platform/db';
import { AppError } from '../../../platform/errors';
import { recordEvents } from '../../../platform/events';
import { groupedByKey } from '../../../platform/loaders';
import { accountChanged } from '../account';
import { failed, succeeded, type Outcome } from '../outcome';
import { readAddressChange, readNewAddress } from './address-parts';
import { Address } from './address.entity';
import { AddressNotFound, AddressVersionConflict, TooManyAddresses } from './address.errors';
import type { AddAddressInput, UpdateAddressInput } from './address.inputs';

const MAX_ADDRESSES = 50;

type Found = Outcome<{ address: Address }, AddressNotFound>;

/** Address books. Each change locks the owner's account, so that there is one default address, and exactly one in a book that has any. */
export class AddressService {
  constructor(private readonly database: DataSource) {}

  /** The address book of each user, the default first, then oldest first, in the order of `userKeys`. */
  async ofUsers(userKeys: readonly number[]): Promise<Address[][]> {
    const addresses = await this.database
      .getRepository(Address)
      .find({ where: { userId: Any([...userKeys]) }, order: { isDefault: 'DESC', id: 'ASC' } });
    return groupedByKey(userKeys, addresses, (address) => address.userId);
  }

  add(userKey: number, input: AddAddressInput): Promise<Outcome<{ address: Address }, TooManyAddresses>> {
    const parts = readNewAddress(input);
    return this.change(userKey, async (tx) => {
      const addresses = tx.getRepository(Address);
      const count = await addresses.countBy({ userId: userKey });
      if (count >= MAX_ADDRESSES) return failed(TooManyAddresses.beyond(MAX_ADDRESSES));
      const isDefault = count === 0 || input.isDefault;
      if (isDefault) await addresses.update({ userId: userKey, isDefault: true }, { isDefault: false });
      const address = await addresses.save(addresses.create({ ...parts, userId: userKey, isDefault }));
      return succeeded({ address });
    });
  }

  update(
    userKey: number,
    addressKey: number,
    input: Omit<UpdateAddressInput, 'addressId'>,
  ): Promise<Outcome<{ address: Address }, AddressNotFound | AddressVersionConflict>> {
    const change = readAddressChange(input);
    return this.change(userKey, async (tx) => {
      const addresses = tx.getRepository(Address);
      const address = await addresses.findOneBy({ id: addressKey, userId: userKey });
      if (!address) return failed(new AddressNotFound());
      const expected = input.expectedVersion ?? address.version;
      if (expected !== address.version) return failed(AddressVersionConflict.of(address));
      return succeeded({ address: await addresses.save(Object.assign(address, change)) });
    });
  }

  /** When the default address goes, the oldest that is left takes its place. */
  remove(userKey: number, addressKey: number): Promise<Outcome<{ removed: Address }, AddressNotFound>> {
    return this.change(userKey, async (tx) => {
      const addresses = tx.getRepository(Address);
      const removed = await addresses.findOneBy({ id: addressKey, userId: userKey });
      if (!removed) return failed(new AddressNotFound());
      await addresses.delete({ id: addressKey });
      if (removed.isDefault) {
        const heir = await addresses.findOne({ where: { userId: userKey }, order: { id: 'ASC' } });
        if (heir) await addresses.update({ id: heir.id }, { isDefault: true });
      }
      return succeeded({ removed });
    });
  }

  setDefault(userKey: number, addressKey: number): Promise<Found> {
    return this.change(userKey, async (tx) => {
      const addresses = tx.getRepository(Address);
      const address = await addresses.findOneBy({ id: addressKey, userId: userKey });
      if (!address) return failed(new AddressNotFound());
      if (address.isDefault) return succeeded({ address });
      await addresses.update({ userId: userKey, isDefault: true }, { isDefault: false });
      await addresses.update({ id: addressKey }, { isDefault: true });
      return succeeded({ address: await addresses.findOneByOrFail({ id: addressKey }) });
    });
  }

  async eraseAll(tx: EntityManager, userKey: number): Promise<void> {
    await tx.getRepository(Address).delete({ userId: userKey });
  }

  private change<T extends Outcome<object, unknown>>(userKey: number, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return inTransaction(this.database, async (tx) => {
      const [owner] = await tx.query<object[]>('SELECT 1 FROM "user" WHERE id = $1 AND erased_at IS NULL FOR NO KEY UPDATE', [
        userKey,
      ]);
      if (!owner) throw new AppError('UNAUTHENTICATED', 'This account does not exist any more');
      const outcome = await work(tx);
      if (outcome.errors.length === 0) await recordEvents(tx, [accountChanged(userKey)]);
      return outcome;
    });
  }
}
