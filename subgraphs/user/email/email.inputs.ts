import { Field, InputType } from 'type-graphql';

@InputType({ description: 'Which address shall be confirmed.' })
export class RequestEmailVerificationInput {
  @Field(() => String, { description: 'The e-mail address of the account.' })
  email: string;
}

@InputType({ description: 'The token out of the mail.' })
export class VerifyEmailInput {
  @Field(() => String, { description: 'The token in the link that was mailed. Good for three days and for one use.' })
  token: string;
}

@InputType({ description: 'The new address, and the password as proof.' })
export class RequestEmailChangeInput {
  @Field(() => String, { description: 'The e-mail address that the account shall have.' })
  newEmail: string;

  @Field(() => String, { description: 'Your password.' })
  password: string;
}

@InputType({ description: 'The token out of the mail to the new address.' })
export class ConfirmEmailChangeInput {
  @Field(() => String, { description: 'The token in the link that was mailed. Good for three days and for one use.' })
  token: string;
}
