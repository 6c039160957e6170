import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { requireUser } from '../../../platform/auth';
import { globalId, keyOf, type SubgraphContext } from '../../../platform/federation';
import { User, type AccountLoaders } from '../account';
import { DataExport } from './data-export';
import { EraseMyAccountInput, ExportMyDataInput } from './privacy.inputs';
import { EraseMyAccountPayload, ExportMyDataPayload } from './privacy.payloads';
import type { PrivacyService } from './privacy.service';

@Resolver(() => DataExport)
export class PrivacyResolver {
  constructor(
    private readonly privacy: PrivacyService,
    private readonly accounts: AccountLoaders,
  ) {}

  @Mutation(() => ExportMyDataPayload, { description: 'Gathers everything that the shop holds about you.' })
  exportMyData(
    @Arg('input', () => ExportMyDataInput, { description: 'Your password.' }) input: ExportMyDataInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<ExportMyDataPayload> {
    return this.privacy.export(requireUser(viewer), input);
  }

  @Mutation(() => EraseMyAccountPayload, {
    description: 'Erases your account and all personal data, now and for good. Orders stay, without saying whose they were.',
  })
  eraseMyAccount(
    @Arg('input', () => EraseMyAccountInput, { description: 'Your password.' }) input: EraseMyAccountInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<EraseMyAccountPayload> {
    return this.privacy.erase(requireUser(viewer), input);
  }

  @FieldResolver(() => ID, { description: 'The id of the user whose data it is.' })
  id(@Root() dataExport: DataExport): string {
    return globalId('User', dataExport.userKey);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'Whose data it is. Ask here for orders and whatever else other parts of the shop hold.',
  })
  user(@Root() dataExport: DataExport, @Ctx() context: SubgraphContext): Promise<User | null> {
    return context.loaders.of(this.accounts.visibleByKey).load(dataExport.userKey);
  }

  /** `__resolveReference` of DataExport: only its owner may ask. */
  async resolveReference(reference: Record<string, unknown>, { viewer }: SubgraphContext): Promise<DataExport | null> {
    const userKey = keyOf('User', String(reference['id']));
    return viewer.userId === userKey ? this.privacy.gather(userKey) : null;
  }
}
