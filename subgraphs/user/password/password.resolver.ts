import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireUser } from '../../../platform/auth';
import type { SubgraphContext } from '../../../platform/federation';
import { ChangePasswordInput, RequestPasswordResetInput, ResetPasswordInput } from './password.inputs';
import { ChangePasswordPayload, RequestPasswordResetPayload, ResetPasswordPayload } from './password.payloads';
import type { PasswordService } from './password.service';

@Resolver()
export class PasswordResolver {
  constructor(private readonly passwords: PasswordService) {}

  @Mutation(() => ChangePasswordPayload, { description: 'Changes your password and ends all your other sessions.' })
  changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The old and the new password.' }) input: ChangePasswordInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<ChangePasswordPayload> {
    return this.passwords.change(requireUser(viewer), viewer.sessionId, input);
  }

  @Mutation(() => RequestPasswordResetPayload, {
    description: 'Mails a link to choose a new password, if the address has an account. The answer does not tell whether it has.',
  })
  requestPasswordReset(
    @Arg('input', () => RequestPasswordResetInput, { description: 'Whose password.' }) input: RequestPasswordResetInput,
  ): Promise<RequestPasswordResetPayload> {
    return this.passwords.requestReset(input);
  }

  @Mutation(() => ResetPasswordPayload, {
    description: 'Sets a new password by the token that was mailed, and ends all sessions of the account.',
  })
  resetPassword(
    @Arg('input', () => ResetPasswordInput, { description: 'The token and the new password.' }) input: ResetPasswordInput,
  ): Promise<ResetPasswordPayload> {
    return this.passwords.reset(input);
  }
}
