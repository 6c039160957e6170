import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireUser } from '../../../platform/auth';
import type { SubgraphContext } from '../../../platform/federation';
import {
  ConfirmEmailChangeInput,
  RequestEmailChangeInput,
  RequestEmailVerificationInput,
  VerifyEmailInput,
} from './email.inputs';
import {
  ConfirmEmailChangePayload,
  RequestEmailChangePayload,
  RequestEmailVerificationPayload,
  VerifyEmailPayload,
} from './email.payloads';
import type { EmailService } from './email.service';

@Resolver()
export class EmailResolver {
  constructor(private readonly emails: EmailService) {}

  @Mutation(() => RequestEmailVerificationPayload, {
    description:
      'Mails a new link that proves an address, if an account waits for it. The answer does not tell whether one does.',
  })
  requestEmailVerification(
    @Arg('input', () => RequestEmailVerificationInput, { description: 'Which address.' }) input: RequestEmailVerificationInput,
  ): Promise<RequestEmailVerificationPayload> {
    return this.emails.requestVerification(input);
  }

  @Mutation(() => VerifyEmailPayload, { description: 'Confirms an address by the token that was mailed to it.' })
  verifyEmail(
    @Arg('input', () => VerifyEmailInput, { description: 'The token.' }) input: VerifyEmailInput,
  ): Promise<VerifyEmailPayload> {
    return this.emails.verify(input);
  }

  @Mutation(() => RequestEmailChangePayload, {
    description: 'Mails a link to a new address; the account takes it when the link is followed.',
  })
  requestEmailChange(
    @Arg('input', () => RequestEmailChangeInput, { description: 'The new address.' }) input: RequestEmailChangeInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<RequestEmailChangePayload> {
    return this.emails.requestChange(requireUser(viewer), input);
  }

  @Mutation(() => ConfirmEmailChangePayload, {
    description: 'Gives the account its new address by the token that was mailed to it.',
  })
  confirmEmailChange(
    @Arg('input', () => ConfirmEmailChangeInput, { description: 'The token.' }) input: ConfirmEmailChangeInput,
  ): Promise<ConfirmEmailChangePayload> {
    return this.emails.confirmChange(input);
  }
}
