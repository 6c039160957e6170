import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireUser } from '../../../platform/auth';
import type { SubgraphContext } from '../../../platform/federation';
import { provedToBe, type AccountService } from '../account';
import { LogOutEverywhereInput, LogOutInput, RefreshSessionInput } from './session.inputs';
import { LogOutPayload, RefreshSessionPayload } from './session.payloads';
import type { SessionService } from './session.service';

@Resolver()
export class SessionResolver {
  constructor(
    private readonly sessions: SessionService,
    private readonly accounts: AccountService,
  ) {}

  @Mutation(() => RefreshSessionPayload, {
    description:
      'Gives the next pair of tokens for a refresh token. Two tabs may use the same one within seconds and get the same pair; using it later ends the session.',
  })
  async refreshSession(
    @Arg('input', () => RefreshSessionInput, { description: 'The refresh token.' }) input: RefreshSessionInput,
  ): Promise<RefreshSessionPayload> {
    const outcome = await this.sessions.refresh(input.refreshToken);
    if (!('tokens' in outcome)) return outcome;
    const [user] = await this.accounts.byKeys([outcome.userKey]);
    return { ...outcome, user: user && provedToBe(user) };
  }

  @Mutation(() => LogOutPayload, { description: 'Ends a session. Logging out twice is no failure.' })
  logOut(
    @Arg('input', () => LogOutInput, { description: 'Which session.' }) input: LogOutInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<LogOutPayload> {
    return this.sessions.logOut(input.refreshToken ?? null, viewer.sessionId);
  }

  @Mutation(() => LogOutPayload, { description: 'Ends all your sessions, on every device.' })
  logOutEverywhere(
    @Arg('input', () => LogOutEverywhereInput, { description: 'Which sessions.' }) input: LogOutEverywhereInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<LogOutPayload> {
    return this.sessions.logOutEverywhere(requireUser(viewer), input.keepCurrent ? viewer.sessionId : null);
  }
}
