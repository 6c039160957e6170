import { createUnionType, Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { UserError } from '../federation';

/** Shared by subgraphs, since it carries nothing of their own. */
@Directive('@shareable')
@ObjectType('FailedJobNotFound', {
  implements: UserError,
  description: 'Some of these failed jobs are not there: they were retried or discarded meanwhile. The others were dealt with.',
})
export class FailedJobNotFound extends UserError {
  @Field(() => [ID], { description: 'Those that are not there.' })
  ids: readonly string[];

  static make(ids: readonly string[]): FailedJobNotFound {
    const message = 'Some of these jobs are not there any more; look at the list again';
    return Object.assign(new FailedJobNotFound(), { code: 'FAILED_JOB_NOT_FOUND', message, path: ['input', 'ids'], ids });
  }
}

export const RetryFailedJobsError = createUnionType({
  name: 'RetryFailedJobsError',
  description: 'Why some failed jobs were not tried again.',
  types: () => [FailedJobNotFound] as const,
});

@Directive('@shareable')
@ObjectType({ description: 'The answer to mutations that have failed jobs tried again.' })
export class RetryFailedJobsPayload {
  @Field(() => Int, { nullable: true, description: 'How many are tried again; they fail anew if nothing was mended.' })
  retried?: number | null;

  @Field(() => [RetryFailedJobsError], { description: 'Why some were not; empty when all were.' })
  errors: readonly (typeof RetryFailedJobsError)[];
}

export const DiscardFailedJobsError = createUnionType({
  name: 'DiscardFailedJobsError',
  description: 'Why some failed jobs were not let go.',
  types: () => [FailedJobNotFound] as const,
});

@Directive('@shareable')
@ObjectType({ description: 'The answer to mutations that let failed jobs go.' })
export class DiscardFailedJobsPayload {
  @Field(() => Int, { nullable: true, description: 'How many were let go; their work is never done.' })
  discarded?: number | null;

  @Field(() => [DiscardFailedJobsError], { description: 'Why some were not; empty when all were.' })
  errors: readonly (typeof DiscardFailedJobsError)[];
}
