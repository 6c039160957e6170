import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../federation';

@Directive('@shareable')
@ObjectType('FailedJob', {
  description: 'Work in the background that used up its attempts. It waits for staff to have it tried again or to let it go.',
})
export class FailedJob {
  @Field(() => ID, { description: 'Opaque; give it to the mutations that retry or discard jobs of the same subgraph.' })
  id: string;

  @Field(() => String, { description: 'What kind of work it is, such as "mail.send".' })
  name: string;

  @Field(() => String, { description: 'What it was about, as JSON: ids, and nothing secret.' })
  payload: string;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts: number;

  @Field(() => String, { description: 'What the last attempt failed with.' })
  error: string;

  @Field(() => Date, { description: 'When it was first to be done.' })
  enqueuedAt: Date;

  @Field(() => Date, { description: 'When the last attempt failed.' })
  failedAt: Date;
}

export const FailedJobConnection = connectionType(FailedJob, 'FailedJob', { isShareable: true });
