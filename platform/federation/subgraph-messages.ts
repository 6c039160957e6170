import { anonymous, signMessage, type Viewer } from '../auth';
import type { SubgraphRequest } from './subgraph-request';
import { REQUEST_ID_HEADER, VIEWER_HEADER } from './trust-headers';

const ASCII = /^[\x00-\x7f]*$/;

/** The body of an HTTP request. */
export function bodyOf({ body, query, operationName, variables, after }: SubgraphRequest): string {
  const extensions = after ? { after } : undefined;
  return body ?? JSON.stringify({ query, operationName: operationName ?? undefined, variables, extensions });
}

/** The heads of HTTP requests to one subgraph. */
export class SubgraphMessages {
  readonly path: string;
  private readonly prefix: string;
  private readonly viewers = new WeakMap<Viewer, string>();

  /** @param signingKey `null` sends neither a signature nor the viewer */
  constructor(
    private readonly name: string,
    url: URL,
    private readonly signingKey: string | null,
  ) {
    this.path = url.pathname + url.search;
    const user = url.username === '' ? '' : `authorization: Basic ${btoa(`${url.username}:${url.password}`)}\r\n`;
    this.prefix = `POST ${this.path} HTTP/1.1\r\nhost: ${url.host}\r\n${user}content-type: application/json\r\naccept: application/json\r\n`;
  }

  /** What a call is sent of whoever asks: calls that differ in it may be answered differently. */
  viewOf({ viewer, forwarded }: SubgraphRequest): string {
    let view = this.signingKey === null ? '' : this.textOf(viewer);
    for (const name in forwarded) view += `\n${name}: ${forwarded[name]}`;
    return `${view}\n`;
  }

  /** Of a call: text with a line for each header and the empty line at its end. */
  head(request: SubgraphRequest, body: string, bodyBytes: number): string {
    let head = this.prefix;
    for (const name in request.forwarded) head += `${name}: ${request.forwarded[name]}\r\n`;
    if (request.traceparent) head += `traceparent: ${request.traceparent}\r\n`;
    if (this.signingKey === null) {
      head += `${REQUEST_ID_HEADER}: ${request.requestId}\r\n`;
    } else {
      const trust = this.trustOf(request, body);
      for (const name in trust) head += `${name}: ${trust[name]}\r\n`;
    }
    return `${head}content-length: ${bodyBytes}\r\n\r\n`;
  }

  /** Whether the head of this request is sent as ASCII; all but what a client sent surely is. */
  isAscii({ forwarded }: SubgraphRequest): boolean {
    for (const name in forwarded) if (!ASCII.test(forwarded[name] ?? '')) return false;
    return true;
  }

  headers(request: SubgraphRequest, body: string, accept: string): Record<string, string> {
    const { forwarded, traceparent, requestId } = request;
    return {
      ...forwarded,
      ...(this.signingKey === null ? { [REQUEST_ID_HEADER]: requestId } : this.trustOf(request, body)),
      'content-type': 'application/json',
      accept,
      ...(traceparent ? { traceparent } : {}),
    };
  }

  /** What the subgraph believes the gateway, because it is signed. */
  private trustOf({ viewer, requestId }: SubgraphRequest, body: string): Record<string, string> {
    const trusted = { [VIEWER_HEADER]: this.textOf(viewer), [REQUEST_ID_HEADER]: requestId };
    const { name: addressee, path, signingKey } = this;
    return { ...trusted, ...signMessage({ addressee, method: 'POST', path, body, trusted }, signingKey ?? '') };
  }

  /** Who is remembered by the gateway is written once. */
  textOf(viewer: Viewer): string {
    if (viewer === anonymous) return ANONYMOUS;
    let text = this.viewers.get(viewer);
    if (text === undefined) this.viewers.set(viewer, (text = encoded(viewer)));
    return text;
  }
}

function encoded(viewer: Viewer): string {
  return Buffer.from(JSON.stringify(viewer)).toString('base64url');
}

const ANONYMOUS = encoded(anonymous);
