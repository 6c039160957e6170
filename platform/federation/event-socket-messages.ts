import { LRUCache } from 'lru-cache';
import type { RawData } from 'ws';
import { signMessage, type MessageVerifier, type SignatureHeaders, type SignedMessage, type Viewer } from '../auth';
import { REQUEST_ID_HEADER, VIEWER_HEADER } from './trust-headers';
import type { SubgraphRequest } from './subgraph-request';

/** Where a subgraph takes sockets. */
export const SOCKET_PATH = '/graphql';
/** What is sent beside the operation in `payload.extensions` of a `subscribe` message, as HTTP headers carry it of a call. */
interface SubscribeExtensions {
  readonly after?: string | null;
  readonly viewer: string;
  readonly requestId: string;
  readonly traceparent?: string | null;
  readonly signature: SignatureHeaders;
}

export interface SubscribePayload {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly extensions: SubscribeExtensions;
}

interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** @throws SyntaxError when it is no JSON */
export function readMessage(data: RawData): SocketMessage {
  return JSON.parse((data as Buffer).toString()) as SocketMessage;
}

/** The message that opens a subscription, signed as calls are. Its method is no HTTP method, so that neither passes for the other. */
export function subscribeText(
  id: string,
  request: SubgraphRequest,
  viewer: string,
  { name, signingKey }: { readonly name: string; readonly signingKey: string },
): string {
  const { query, operationName, variables } =
    request.body === undefined ? request : (JSON.parse(request.body) as SubgraphRequest);
  const { requestId, traceparent, after } = request;
  const operation = { query, operationName, variables, after };
  const signature = signMessage(messageOf(name, operation, viewer, requestId), signingKey);
  const extensions: SubscribeExtensions = { after, viewer, requestId, traceparent, signature };
  return JSON.stringify({ id, type: 'subscribe', payload: { query, operationName, variables, extensions } });
}

/** Reads what {@link subscribeText} wrote. */
export class SubscribeReader {
  private readonly viewers = new LRUCache<string, Viewer>({ max: 2_000 });

  constructor(
    private readonly name: string,
    private readonly verifier: MessageVerifier,
  ) {}

  /** `null` for what the gateway has not signed, or what was taken before. @throws when it is no request at all */
  read(payload: SubscribePayload): SubgraphRequest | null {
    const { query, operationName = null, variables, extensions } = payload;
    const { after = null, viewer, requestId, traceparent = null, signature } = extensions;
    const message = messageOf(this.name, { query, operationName, variables, after }, viewer, requestId);
    if (!this.verifier.verify(message, { ...signature })) return null;
    return { query, operationName, variables: variables ?? {}, after, viewer: this.viewerIn(viewer), requestId, traceparent };
  }

  /** Who subscribes often stays one in memory. */
  private viewerIn(text: string): Viewer {
    let viewer = this.viewers.get(text);
    if (!viewer) this.viewers.set(text, (viewer = JSON.parse(Buffer.from(text, 'base64url').toString()) as Viewer));
    return viewer;
  }
}

/** The request that opens a socket: whoever cannot sign holds none. */
export function upgradeMessage(name: string): SignedMessage {
  return { addressee: name, method: 'GET', path: SOCKET_PATH, body: '', trusted: {} };
}

type Operation = Pick<SubscribePayload, 'query' | 'operationName' | 'variables'> & Pick<SubgraphRequest, 'after'>;

/** Both sides write the text that is signed, from the same values in the same order. */
function messageOf(name: string, operation: Operation, viewer: string, requestId: string): SignedMessage {
  const { query, operationName = null, variables = null, after = null } = operation;
  const body = JSON.stringify([query, operationName, variables, after]);
  const trusted = { [VIEWER_HEADER]: viewer, [REQUEST_ID_HEADER]: requestId };
  return { addressee: name, method: 'SUBSCRIBE', path: SOCKET_PATH, body, trusted };
}
