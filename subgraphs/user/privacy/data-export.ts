import { Directive, Field, ObjectType } from 'type-graphql';
import { JsonScalar } from '../../../platform/federation';

/** A person's data, gathered at one moment. Other subgraphs add what they hold by extending this entity. */
@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'Everything that the shop holds about you. Each part of the shop adds what it knows; ask for orders beside it through user.',
})
export class DataExport {
  /** The key of the user whose data it is. */
  userKey: number;

  @Field(() => Date, { description: 'When it was gathered.' })
  exportedAt: Date;

  @Field(() => JsonScalar, {
    description: 'Account, addresses and sessions, as they are stored. Passwords are kept only as hashes and left out.',
  })
  account: object;
}
