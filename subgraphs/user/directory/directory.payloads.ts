import { createUnionType, Directive, Field, ID, ObjectType } from 'type-graphql';
import { connectionType } from '../../../platform/federation';
import { AccountVersionConflict, LastAdmin, NotToYourself, User, UserNotFound } from '../account';

export const UserConnection = connectionType(User, 'User');

export const SetUserRolesError = createUnionType({
  name: 'SetUserRolesError',
  description: 'Why the roles of a user were not changed.',
  types: () => [UserNotFound, NotToYourself, LastAdmin, AccountVersionConflict] as const,
});

@ObjectType({ description: 'The answer to setUserRoles.' })
export class SetUserRolesPayload {
  @Field(() => User, { nullable: true, description: 'The account after the change; null when it failed.' })
  user?: User | null;

  @Field(() => [SetUserRolesError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof SetUserRolesError)[];
}

export const DisableUserError = createUnionType({
  name: 'DisableUserError',
  description: 'Why an account was not shut.',
  types: () => [UserNotFound, NotToYourself, LastAdmin] as const,
});

@ObjectType({ description: 'The answer to disableUser.' })
export class DisableUserPayload {
  @Field(() => User, { nullable: true, description: 'The account after the change; null when it failed.' })
  user?: User | null;

  @Field(() => [DisableUserError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof DisableUserError)[];
}

export const EnableUserError = createUnionType({
  name: 'EnableUserError',
  description: 'Why an account was not opened again.',
  types: () => [UserNotFound] as const,
});

@ObjectType({ description: 'The answer to enableUser.' })
export class EnableUserPayload {
  @Field(() => User, { nullable: true, description: 'The account after the change; null when it failed.' })
  user?: User | null;

  @Field(() => [EnableUserError], { description: 'Why it failed; empty when it did not.' })
  errors: readonly (typeof EnableUserError)[];
}

@Directive('@inaccessible')
@ObjectType({ description: 'How to reach a user. For our own processes only.' })
export class UserContact {
  @Field(() => ID, { description: 'The id of the User.' })
  id: string;

  @Field(() => String, { description: 'Where they get mail.' })
  email: string;

  @Field(() => String, { description: 'What they want to be called.' })
  name: string;
}
