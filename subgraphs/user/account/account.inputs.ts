import { Field, InputType, Int } from 'type-graphql';

@InputType({ description: 'What to change of your own profile.' })
export class UpdateProfileInput {
  @Field(() => String, { description: 'What you want to be called, 1 to 200 characters.' })
  name: string;

  @Field(() => Int, { nullable: true, description: 'Change only if the account still has this version.' })
  expectedVersion?: number | null;
}
