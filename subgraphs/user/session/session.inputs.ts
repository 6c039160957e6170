import { Field, InputType } from 'type-graphql';

@InputType({ description: 'How to get fresh tokens.' })
export class RefreshSessionInput {
  @Field(() => String, { description: 'The newest refresh token that you were given. Each is good for one use.' })
  refreshToken: string;
}

@InputType({ description: 'Which session to end.' })
export class LogOutInput {
  @Field(() => String, {
    nullable: true,
    description: 'A refresh token of the session; without it, the session of your access token ends.',
  })
  refreshToken?: string | null;
}

@InputType({ description: 'Which sessions to end.' })
export class LogOutEverywhereInput {
  @Field(() => Boolean, { defaultValue: false, description: 'Keep the session that asks, and end all others.' })
  keepCurrent: boolean;
}
