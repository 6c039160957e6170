import { ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';

@ObjectType({
  implements: UserError,
  description: 'The token is none of ours, was used before, or was overtaken by a newer one.',
})
export class TokenInvalid extends UserError {
  override code = 'TOKEN_INVALID';
  override message = 'This token is not valid, or was used before; ask for a new one';
}

@ObjectType({ implements: UserError, description: 'The token was right but is too old.' })
export class TokenExpired extends UserError {
  override code = 'TOKEN_EXPIRED';
  override message = 'This token has expired; ask for a new one';
}
