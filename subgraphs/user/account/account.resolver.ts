import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { requireUser } from '../../../platform/auth';
import { globalId, keyOf, type SubgraphContext } from '../../../platform/federation';
import { User } from './account.entity';
import { UpdateProfileInput } from './account.inputs';
import type { AccountLoaders } from './account.loader';
import { UpdateProfilePayload } from './account.payloads';
import { maySeeEmail } from './account.policy';
import type { AccountService } from './account.service';

@Resolver(() => User)
export class AccountResolver {
  constructor(
    private readonly accounts: AccountService,
    private readonly loaders: AccountLoaders,
  ) {}

  @Query(() => User, { nullable: true, description: 'Who you are; null when you are not signed in.' })
  me(@Ctx() context: SubgraphContext): Promise<User | null> | null {
    const { userId } = context.viewer;
    return userId === null ? null : context.loaders.of(this.loaders.visibleByKey).load(userId);
  }

  @Query(() => User, {
    nullable: true,
    description: 'One account: your own, or any with the scope users:read. Null when there is none or you may not see it.',
  })
  user(
    @Arg('id', () => ID, { description: 'The id of a User.' }) id: string,
    @Ctx() context: SubgraphContext,
  ): Promise<User | null> {
    return context.loaders.of(this.loaders.visibleByKey).load(keyOf('User', id));
  }

  @Mutation(() => UpdateProfilePayload, { description: 'Changes your own profile.' })
  updateProfile(
    @Arg('input', () => UpdateProfileInput, { description: 'What to change.' }) input: UpdateProfileInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<UpdateProfilePayload> {
    return this.accounts.updateProfile(requireUser(viewer), input);
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() user: User): string {
    return globalId('User', user.id);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Where they get mail; null when you may not see it.' })
  email(@Root() user: User, @Ctx() { viewer }: SubgraphContext): string | null {
    return maySeeEmail(viewer, user) ? user.email : null;
  }

  @FieldResolver(() => Boolean, { description: 'Whether an administrator has shut the account: it cannot log in.' })
  isDisabled(@Root() user: User): boolean {
    return user.disabledAt !== null;
  }

  /** `__resolveReference` of User. */
  resolveReference(reference: Record<string, unknown>, context: SubgraphContext): Promise<User | null> {
    return context.loaders.of(this.loaders.visibleByKey).load(keyOf('User', String(reference['id'])));
  }
}
