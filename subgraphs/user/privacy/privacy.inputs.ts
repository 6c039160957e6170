import { Field, InputType } from 'type-graphql';

@InputType({ description: 'The password, as proof that it is you who asks.' })
export class ExportMyDataInput {
  @Field(() => String, { description: 'Your password.' })
  password: string;
}

@InputType({ description: 'The password, as proof that it is you who asks. There is no way back.' })
export class EraseMyAccountInput {
  @Field(() => String, { description: 'Your password.' })
  password: string;
}
