import { Field, InputType } from 'type-graphql';

@InputType({ description: 'The old and the new password.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The password as it is now.' })
  currentPassword: string;

  @Field(() => String, { description: 'A password of 10 to 128 characters that is hard to guess.' })
  newPassword: string;
}

@InputType({ description: 'Whose password shall be reset.' })
export class RequestPasswordResetInput {
  @Field(() => String, { description: 'The e-mail address of the account.' })
  email: string;
}

@InputType({ description: 'The token out of the mail, and the new password.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'The token in the link that was mailed. Good for 30 minutes and for one use.' })
  token: string;

  @Field(() => String, { description: 'A password of 10 to 128 characters that is hard to guess.' })
  newPassword: string;
}
