import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { SubgraphContext } from '../../../platform/federation';
import { maySeeUser, User } from '../account';
import { Address } from './address.entity';
import type { AddressLoaders } from './address.loader';

/** What the address book adds to a user. */
@Resolver(() => User)
export class AddressBookResolver {
  constructor(private readonly loaders: AddressLoaders) {}

  @FieldResolver(() => [Address], { description: 'The address book, 50 at most: the default first, then oldest first.' })
  async addresses(@Root() user: User, @Ctx() context: SubgraphContext): Promise<Address[]> {
    return maySeeUser(context.viewer, user) ? context.loaders.of(this.loaders.byUserKey).load(user.id) : [];
  }

  @FieldResolver(() => Address, {
    nullable: true,
    description: 'The address that a checkout offers first; null when the book is empty.',
  })
  async defaultAddress(@Root() user: User, @Ctx() context: SubgraphContext): Promise<Address | null> {
    const addresses = await this.addresses(user, context);
    return addresses.find((address) => address.isDefault) ?? null;
  }
}
