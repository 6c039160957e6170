import { createHash } from 'node:crypto';
import type { EventReceiver, SubgraphResponse } from '../../platform/federation';
import type { GrantKey } from '../authorisation';
import { refusalOf, type Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import { applyRewrites } from '../executor/rewrites';
import type { OperationRequest } from '../operation-request';
import { OperationRun, type RunContext } from '../operation-run';
import type { OperationVariant } from '../operations/variants';
import type { PlannedSupergraph } from '../planning/planned-supergraph';
import { LiveOperation } from './live-operation';
import { narrower, rightsOf, viewerFor, type Reaches } from './reach';
import { beginningOf, sourceFieldOf, tellingVariables } from './source-field';

/** What one engine reads subscriptions by. */
export interface LiveReader {
  readonly supergraph: PlannedSupergraph;
  readonly context: RunContext;
  readonly reaches: Reaches;
  /** Fields whose streams can be resumed. */
  readonly resumable: ReadonlySet<string>;
}

export interface AuthorisedSubscription {
  readonly request: OperationRequest;
  readonly variant: OperationVariant;
  readonly coerced: Readonly<Json>;
  readonly grants: GrantKey;
}

/**
 * Decides who may share the stream: only fields that are declared `@resumable` are shared at all, since of others nothing says
 * that each subscriber would be told the same. Where events reach others than one viewer, their subgraphs are told of no more
 * than all of these have in common, so that nobody is told what another alone may see.
 */
export function readLiveOperation(reader: LiveReader, subscription: AuthorisedSubscription): LiveOperation {
  const { context, reaches } = reader;
  const { request: asked, variant, coerced, grants } = subscription;
  const { plan } = variant;
  const { source } = plan;
  const client = context.subgraphs.get(source?.service ?? '');
  const field = sourceFieldOf(asked.operation);
  if (!source || !client || !field) throw new Error('the plan of a subscription has no source that this gateway can reach');
  const isResumable = reader.resumable.has(field.name.value);
  const reach = isResumable ? narrower(reaches.ofSource(source), reaches.ofSteps(plan.node)) : 'same';
  const viewer = viewerFor(reach, asked.viewer);
  const forwarded = reach === 'same' ? asked.forwarded : null;
  const request: OperationRequest = { ...asked, viewer, forwarded, takesText: true, signal: null };
  const telling = isResumable ? tellingVariables(field, asked.operation, coerced) : null;
  // One that is not sent takes its default; a value that is undefined would take none.
  const sent = source.variables.filter((name) => asked.variables[name] !== undefined);
  const given = Object.fromEntries(sent.map((name) => [name, asked.variables[name]]));
  const { requestId, traceparent } = request;
  const shared = { viewer, forwarded, requestId, traceparent, query: source.query, operationName: source.operationName };
  return new LiveOperation({
    key: telling && keyOf([asked.operation.hash, grants, rightsOf(viewer), forwarded, telling]),
    isResumable,
    beginning: isResumable ? beginningOf(field, reader.supergraph.apiSchema, coerced) : { after: null, snapshot: false },
    source,
    variables: JSON.stringify(given),
    client,
    viewer: JSON.stringify([rightsOf(viewer), forwarded]),
    open: (after: string | null, receiver: EventReceiver) => client.subscribe({ ...shared, variables: given, after }, receiver),
    complete: (event: SubgraphResponse, done: (answer: Answer) => void) => {
      if (event.data) applyRewrites(plan.schema, source.outputRewrites, event.data);
      new OperationRun(context, request, variant, coerced, { ...event.data }, done).begin(event.errors);
    },
    refusalOf: (error: unknown) => refusalOf([error], requestId, context.logger),
  });
}

function keyOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
