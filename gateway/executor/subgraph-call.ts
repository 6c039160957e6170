import type { CallReceiver, RunningCall, SubgraphClient, SubgraphRequest } from '../../platform/federation';
import type { FetchStep } from './compile-plan';
import type { Json } from './merge';

/** What all calls of one operation share. */
export type SharedRequest = Omit<SubgraphRequest, 'query' | 'operationName' | 'variables' | 'body' | 'signal'>;

/** One call of a subgraph that a plan asks for, on its way through whoever watches, protects or repeats calls. */
export interface SubgraphCall {
  readonly client: SubgraphClient;
  readonly step: FetchStep;
  readonly shared: SharedRequest;
  /** The body of the request as JSON text, for clients that send one. */
  body(): string;
  /** The variables as objects, for clients that send none. */
  variables(): Json;
  /** For clients that end work by it; `undefined` for mutations, which are never ended half way. */
  signal(): AbortSignal | undefined;
}

/**
 * Makes a call. The receiver is told exactly once, never before this returns; what is returned ends the call early, after
 * which nobody needs to be told. Layers (measuring, protection) take the next one and answer one: see `observed-calls.ts`.
 */
export type SendCall = (call: SubgraphCall, receiver: CallReceiver) => RunningCall | null;

/** The last layer: to the subgraph, by the client's own way. */
export const sendToSubgraph: SendCall = (call, receiver) => {
  const { client, step, shared } = call;
  const { begin } = client.execute;
  if (begin) return begin({ ...shared, query: step.query, operationName: step.operationName, body: call.body() }, receiver);
  const request = {
    ...shared,
    query: step.query,
    operationName: step.operationName,
    variables: call.variables(),
    signal: call.signal(),
  };
  client.execute(request).then(
    (response) => receiver.answered(response),
    (error: unknown) => receiver.failed(error),
  );
  return null;
};
