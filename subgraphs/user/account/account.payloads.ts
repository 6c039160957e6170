import { createUnionType, Field, ObjectType } from 'type-graphql';
import { User } from './account.entity';
import { AccountVersionConflict } from './account.errors';

export const UpdateProfileError = createUnionType({
  name: 'UpdateProfileError',
  description: 'Why a profile was not changed.',
  types: () => [AccountVersionConflict] as const,
});

@ObjectType({ description: 'The answer to updateProfile.' })
export class UpdateProfilePayload {
  @Field(() => User, { nullable: true, description: 'The account after the change; null when it failed.' })
  user?: User | null;

  @Field(() => [UpdateProfileError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof UpdateProfileError)[];
}
