import type { SubgraphClient, SubgraphRequest, SubgraphResponse } from '../../platform/federation';
import type { Answer } from './answer';
import type { CompiledPlan } from './compile-plan';
import type { Json } from './merge';
import { applyRewrites } from './rewrites';

/**
 * Events of a subscription's source, each completed by `complete`, in order. An end from the client ends the source at
 * once, also while it waits for an event, which an async generator could not: its `return` would queue behind `next`.
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
  const ended = new AbortController();
  shared.signal?.addEventListener('abort', () => ended.abort(), { once: true });
  const variables: Json = Object.fromEntries(source.variables.map((name) => [name, given[name]]));
  const events = client.subscribe({
    ...shared,
    query: source.query,
    operationName: source.operationName,
    variables,
    signal: ended.signal,
  });
  const iterator = events[Symbol.asyncIterator]();
  // One waiter at a time, replaced with each event: what is raced against one long promise stays in memory with it.
  let leave = (): void => undefined;
  ended.signal.addEventListener('abort', () => leave(), { once: true });
  const nextEvent = (): Promise<IteratorResult<SubgraphResponse>> =>
    new Promise((resolve, reject) => {
      leave = () => resolve({ done: true, value: undefined });
      iterator.next().then(resolve, reject);
    });
  const next = async (): Promise<IteratorResult<Answer>> => {
    if (ended.signal.aborted) return { done: true, value: undefined };
    try {
      const event = await nextEvent();
      if (event.done || ended.signal.aborted) return { done: true, value: undefined };
      if (event.value.data) applyRewrites(schema, source.outputRewrites, event.value.data);
      return { done: false, value: await complete(event.value) };
    } catch (error) {
      // The stream is over: the error is its last answer.
      const isEnded = ended.signal.aborted;
      ended.abort();
      return isEnded ? { done: true, value: undefined } : { done: false, value: refuse(error) };
    }
  };
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    ended.abort();
    iterator.return?.().catch(() => undefined);
    return { done: true, value: undefined };
  };
  const answers: AsyncIterableIterator<Answer> = {
    next,
    return: end,
    throw: end,
    [Symbol.asyncIterator]: () => answers,
  };
  return answers;
}
