import { Arg, Args, Ctx, Directive, ID, Mutation, Query, Resolver } from 'type-graphql';
import { requireScope, requireService, requireUser } from '../../../platform/auth';
import { badInput } from '../../../platform/errors';
import {
  globalId,
  keyOf,
  readPage,
  toConnection,
  tryKeyOf,
  type ConnectionOf,
  type SubgraphContext,
} from '../../../platform/federation';
import type { AccountLoaders, User } from '../account';
import { readOptionalLine } from '../text-input';
import { UsersArgs } from './directory.args';
import { DisableUserInput, EnableUserInput, SetUserRolesInput } from './directory.inputs';
import { DisableUserPayload, EnableUserPayload, SetUserRolesPayload, UserConnection, UserContact } from './directory.payloads';
import type { DirectoryService } from './directory.service';

const MAX_CONTACTS = 1_000;

@Resolver()
export class DirectoryResolver {
  constructor(
    private readonly directory: DirectoryService,
    private readonly accounts: AccountLoaders,
  ) {}

  @Query(() => UserConnection, { description: 'All accounts that are not erased. Needs the scope users:read.' })
  async users(@Args(() => UsersArgs) args: UsersArgs, @Ctx() { viewer }: SubgraphContext): Promise<ConnectionOf<User>> {
    requireScope(viewer, 'users:read');
    const search = readOptionalLine(args.search, 'search', 100);
    const filter = { search, role: args.role ?? null, isDisabled: args.isDisabled ?? null };
    return toConnection(await this.directory.page(filter, args.sort, readPage(args)));
  }

  @Mutation(() => SetUserRolesPayload, { description: 'Gives a user other roles. Needs the scope users:write.' })
  setUserRoles(
    @Arg('input', () => SetUserRolesInput, { description: 'Whose, and which.' }) input: SetUserRolesInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<SetUserRolesPayload> {
    requireScope(viewer, 'users:write');
    return this.directory.setRoles(requireUser(viewer), keyOf('User', input.userId, 'input.userId'), input);
  }

  @Mutation(() => DisableUserPayload, {
    description: 'Shuts an account: it cannot log in, and its sessions end now. Needs the scope users:write.',
  })
  disableUser(
    @Arg('input', () => DisableUserInput, { description: 'Whose account.' }) input: DisableUserInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<DisableUserPayload> {
    requireScope(viewer, 'users:write');
    return this.directory.disable(requireUser(viewer), keyOf('User', input.userId, 'input.userId'));
  }

  @Mutation(() => EnableUserPayload, { description: 'Opens a shut account again. Needs the scope users:write.' })
  enableUser(
    @Arg('input', () => EnableUserInput, { description: 'Whose account.' }) input: EnableUserInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<EnableUserPayload> {
    requireScope(viewer, 'users:write');
    return this.directory.enable(keyOf('User', input.userId, 'input.userId'));
  }

  @Directive('@inaccessible')
  @Query(() => [UserContact], {
    nullable: 'items',
    description: 'How to reach users, in the order asked; null for unknown or erased ones. For our own processes only.',
  })
  async userContacts(
    @Arg('ids', () => [ID], { description: 'Ids of users, 1000 at most.' }) ids: string[],
    @Ctx() context: SubgraphContext,
  ): Promise<(UserContact | null)[]> {
    requireService(context.viewer);
    if (ids.length > MAX_CONTACTS) throw badInput('ids', `must hold ${MAX_CONTACTS} at most`);
    const loader = context.loaders.of(this.accounts.visibleByKey);
    const users = await Promise.all(ids.map((id) => loader.load(tryKeyOf('User', id) ?? 0)));
    return users.map((user) => user && { id: globalId('User', user.id), email: user.email, name: user.name });
  }
}
