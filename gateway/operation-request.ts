import type { ExecutionResult } from 'graphql';
import type { Viewer } from '../platform/auth';
import type { Json } from './executor/merge';
import type { PreparedOperation } from './operations/operation';

/** One operation as a client sent it, and who the client is. */
export interface OperationRequest {
  readonly operation: PreparedOperation;
  readonly variables: Readonly<Json>;
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly traceparent: string | null;
  /** Headers of the client's request for the subgraphs. */
  readonly forwarded: Readonly<Record<string, string>> | null;
  /** Ends subgraph calls when the client is gone. Mutations are never ended half way, also when time is up. */
  readonly signal: AbortSignal | null;
  /** Whose turn it is when new operations wait to be planned; everybody's own unless said otherwise. */
  readonly client?: string;
  /** What it asks of the schema itself, once that is answered. */
  readonly introspected?: ExecutionResult;
  /** Whether its data may be answered as JSON text: see {@link Answer.dataJson}. */
  readonly takesText?: boolean;
  /** Told of each subgraph call when it begins. */
  readonly onCall?: (service: string) => void;
}
