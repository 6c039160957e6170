import { Field, ID, InputType, Int } from 'type-graphql';
import type { Role } from '../../../platform/auth';
import { RoleEnum } from '../account';

@InputType({ description: 'Whose roles, and which they shall be.' })
export class SetUserRolesInput {
  @Field(() => ID, { description: 'The id of a User.' })
  userId: string;

  @Field(() => [RoleEnum], { description: 'All roles that the user shall have; one at least.' })
  roles: Role[];

  @Field(() => Int, { nullable: true, description: 'Change only if the account still has this version.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'Whose account to shut.' })
export class DisableUserInput {
  @Field(() => ID, { description: 'The id of a User.' })
  userId: string;
}

@InputType({ description: 'Whose account to open again.' })
export class EnableUserInput {
  @Field(() => ID, { description: 'The id of a User.' })
  userId: string;
}
