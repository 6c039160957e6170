import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { requireScope } from '../auth';
import type { SubgraphName } from '../config';
import { badInput } from '../errors';
import { readPage, toConnection, type ConnectionOf, type SubgraphContext } from '../federation';
import { DiscardFailedJobsInput, FailedJobsArgs, RetryFailedJobsInput } from './failed-job.args';
import { keyOfFailedJob } from './failed-job.id';
import { DiscardFailedJobsPayload, FailedJobNotFound, RetryFailedJobsPayload } from './failed-job.payloads';
import type { FailedJobService, FailedJobView } from './failed-job.service';
import { FailedJobConnection } from './failed-job.type';

const MAX_NAME = 100;
const MAX_IDS = 100;

/** The root fields over one subgraph's failed jobs, named for it: each subgraph has a database of its own, and so a list of its own. */
export function createFailedJobResolver(subgraph: SubgraphName, service: FailedJobService): object {
  const noun = `${subgraph.charAt(0).toUpperCase()}${subgraph.slice(1)}FailedJobs`;

  @Resolver()
  class FailedJobResolver {
    @Query(() => FailedJobConnection, {
      name: `${subgraph}FailedJobs`,
      description: `Background work of the ${subgraph} subgraph that used up its attempts, the newest first. Needs the scope jobs:write.`,
    })
    async failedJobs(
      @Args(() => FailedJobsArgs) args: FailedJobsArgs,
      @Ctx() { viewer }: SubgraphContext,
    ): Promise<ConnectionOf<FailedJobView>> {
      requireScope(viewer, 'jobs:write');
      return toConnection(await service.page(readName(args.name), readPage(args)));
    }

    @Mutation(() => RetryFailedJobsPayload, {
      name: `retry${noun}`,
      description: `Has failed jobs of the ${subgraph} subgraph tried again, with all their attempts. Needs the scope jobs:write.`,
    })
    async retry(
      @Arg('input', () => RetryFailedJobsInput, { description: 'Which ones.' }) input: RetryFailedJobsInput,
      @Ctx() { viewer }: SubgraphContext,
    ): Promise<RetryFailedJobsPayload> {
      requireScope(viewer, 'jobs:write');
      const { count, missing } = await service.retry(readIds(input.ids), viewer.userId);
      return { retried: count, errors: errorsOf(missing) };
    }

    @Mutation(() => DiscardFailedJobsPayload, {
      name: `discard${noun}`,
      description: `Lets failed jobs of the ${subgraph} subgraph go: their work is never done. Needs the scope jobs:write.`,
    })
    async discard(
      @Arg('input', () => DiscardFailedJobsInput, { description: 'Which ones.' }) input: DiscardFailedJobsInput,
      @Ctx() { viewer }: SubgraphContext,
    ): Promise<DiscardFailedJobsPayload> {
      requireScope(viewer, 'jobs:write');
      const { count, missing } = await service.discard(readIds(input.ids), viewer.userId);
      return { discarded: count, errors: errorsOf(missing) };
    }
  }
  return new FailedJobResolver();
}

function readName(name: string | null | undefined): string | null {
  if (name === null || name === undefined) return null;
  if (name.length > MAX_NAME || name.includes('\0')) throw badInput('name', `must be the name of a kind of work`);
  return name;
}

function readIds(ids: readonly string[]): string[] {
  if (ids.length < 1 || ids.length > MAX_IDS) throw badInput('input.ids', `must hold 1 to ${MAX_IDS}`);
  return ids.map((id) => keyOfFailedJob(id, 'input.ids'));
}

function errorsOf(missing: readonly string[]): FailedJobNotFound[] {
  return missing.length > 0 ? [FailedJobNotFound.make(missing)] : [];
}
