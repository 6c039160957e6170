import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';
import { User } from './account.entity';

@ObjectType({
  implements: UserError,
  description: 'Another account has this e-mail address already. Log in, or reset the password.',
})
export class EmailTaken extends UserError {
  override code = 'EMAIL_TAKEN';
  override message = 'An account with this e-mail address exists already; log in or reset its password';
  override path = ['input', 'email'];
}

@ObjectType({
  implements: UserError,
  description: 'E-mail address and password do not belong together. Which of them is wrong is not told.',
})
export class InvalidCredentials extends UserError {
  override code = 'INVALID_CREDENTIALS';
  override message = 'The e-mail address or the password is wrong';
  override path = ['input', 'password'];

  static at(field: string): InvalidCredentials {
    return Object.assign(new InvalidCredentials(), { message: 'The password is wrong', path: field.split('.') });
  }
}

@ObjectType({ implements: UserError, description: 'An administrator has disabled this account.' })
export class AccountDisabled extends UserError {
  override code = 'ACCOUNT_DISABLED';
  override message = 'This account is disabled; ask the shop for help';
}

@ObjectType({ implements: UserError, description: 'There is no such account, or you may not know of it.' })
export class UserNotFound extends UserError {
  override code = 'USER_NOT_FOUND';
  override message = 'This user does not exist, or you may not see them';
  override path = ['input', 'userId'];
}

@ObjectType({ implements: UserError, description: 'Administrators cannot shut themselves out; another one has to do it.' })
export class NotToYourself extends UserError {
  override code = 'NOT_TO_YOURSELF';
  override message = 'You cannot do this to your own account; ask another administrator';
  override path = ['input', 'userId'];
}

@ObjectType({ implements: UserError, description: 'Nobody would be left who may administer the shop.' })
export class LastAdmin extends UserError {
  override code = 'LAST_ADMIN';
  override message = 'This is the last administrator; make somebody else one first';
}

@ObjectType({ implements: UserError, description: 'The account changed since you read it. Look at current and decide again.' })
export class AccountVersionConflict extends UserError {
  override code = 'ACCOUNT_VERSION_CONFLICT';
  override message = 'The account was changed in the meantime; look at current and try again';
  override path = ['input', 'expectedVersion'];

  @Field(() => User, { description: 'The account as it is now.' })
  current: User;

  static of(current: User): AccountVersionConflict {
    return Object.assign(new AccountVersionConflict(), { current });
  }
}
