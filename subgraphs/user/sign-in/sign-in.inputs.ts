import { Field, InputType } from 'type-graphql';

@InputType({ description: 'What a new account needs.' })
export class RegisterAccountInput {
  @Field(() => String, { description: 'Your e-mail address. It identifies the account; upper and lower case count alike.' })
  email: string;

  @Field(() => String, { description: 'What you want to be called, 1 to 200 characters.' })
  name: string;

  @Field(() => String, { description: 'A password of 10 to 128 characters that is hard to guess.' })
  password: string;
}

@InputType({ description: 'Who wants to sign in.' })
export class LogInInput {
  @Field(() => String, { description: 'The e-mail address of the account.' })
  email: string;

  @Field(() => String, { description: 'Its password.' })
  password: string;
}
