import { ObjectType } from 'type-graphql';
import { UserError } from '../../../platform/federation';

@ObjectType({
  implements: UserError,
  description: 'The session was ended: logged out, password changed, or a used refresh token came back. Log in again.',
})
export class SessionEnded extends UserError {
  override code = 'SESSION_ENDED';
  override message = 'This session has ended; log in again';
  override path = ['input', 'refreshToken'];
}
