import { Arg, Mutation, Resolver } from 'type-graphql';
import { LogInInput, RegisterAccountInput } from './sign-in.inputs';
import { LogInPayload, RegisterAccountPayload } from './sign-in.payloads';
import type { SignInService } from './sign-in.service';

@Resolver()
export class SignInResolver {
  constructor(private readonly signIn: SignInService) {}

  @Mutation(() => RegisterAccountPayload, {
    description: 'Opens an account, signs you in, and mails a link that proves the address.',
  })
  registerAccount(
    @Arg('input', () => RegisterAccountInput, { description: 'The new account.' }) input: RegisterAccountInput,
  ): Promise<RegisterAccountPayload> {
    return this.signIn.register(input);
  }

  @Mutation(() => LogInPayload, { description: 'Signs you in by e-mail address and password.' })
  logIn(@Arg('input', () => LogInInput, { description: 'Who you are.' }) input: LogInInput): Promise<LogInPayload> {
    return this.signIn.logIn(input);
  }
}
