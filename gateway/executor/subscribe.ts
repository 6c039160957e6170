import type { RunningSubscription, SubgraphClient, SubgraphRequest, SubgraphResponse } from '../../platform/federation';
import type { Answer } from './answer';
import type { CompiledPlan } from './compile-plan';
import type { Json } from './merge';
import { applyRewrites } from './rewrites';

/**
 * Events of a subscription's source, each completed by `complete`, in order; markers are left out. An end from the client
 * ends the source at once, also while it waits for an event.
 */
export function subscribeToSource(
  plan: CompiledPlan,
  { client, variables: given }: { readonly client: SubgraphClient | undefined; readonly variables: Readonly<Json> },
  shared: Omit<SubgraphRequest, 'query'>,
  complete: (event: SubgraphResponse) => Promise<Answer>,
  refuse: (error: unknown) => Answer,
): AsyncIterableIterator<Answer> {
  const { source, schema } = plan;
  if (!source || !client) throw new Error('the plan of a subscription has no source that this gateway can reach');
  const variables: Json = Object.fromEntries(source.variables.map((name) => [name, given[name]]));
  const { query, operationName } = source;
  const told: (() => Promise<Answer>)[] = [];
  let isOver = false;
  let wake = (): void => undefined;
  const tell = (answer: () => Promise<Answer>): void => {
    told.push(answer);
    wake();
  };
  const over = (): void => {
    isOver = true;
    wake();
  };
  const running: RunningSubscription = client.subscribe(
    { ...shared, query, operationName, variables },
    {
      event: (event) => {
        if (event.data) applyRewrites(schema, source.outputRewrites, event.data);
        if (event.data !== undefined || event.errors) tell(() => complete(event));
      },
      ended: over,
      // The stream is over: the error is its last answer.
      failed: (error) => {
        tell(async () => refuse(error));
        over();
      },
    },
  );
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    running.end();
    told.length = 0;
    over();
    return { done: true, value: undefined };
  };
  shared.signal?.addEventListener('abort', () => void end(), { once: true });
  const answers: AsyncIterableIterator<Answer> = {
    next: async () => {
      while (told.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
      const answer = await told.shift()?.();
      return answer ? { done: false, value: answer } : { done: true, value: undefined };
    },
    return: end,
    throw: end,
    [Symbol.asyncIterator]: () => answers,
  };
  return answers;
}
