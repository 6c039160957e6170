import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { ConnectionArgs } from '../federation';

@ArgsType()
export class FailedJobsArgs extends ConnectionArgs {
  @Field(() => String, { nullable: true, description: 'Only work of this name, such as "mail.send".' })
  name?: string | null;
}

@InputType({ description: 'Which failed jobs to try again.' })
export class RetryFailedJobsInput {
  @Field(() => [ID], { description: 'Ids of failed jobs, 1 to 100.' })
  ids: string[];
}

@InputType({ description: 'Which failed jobs to let go.' })
export class DiscardFailedJobsInput {
  @Field(() => [ID], { description: 'Ids of failed jobs, 1 to 100.' })
  ids: string[];
}
