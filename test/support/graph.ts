import type { GraphQLFormattedError } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { runState } from './run-state';

export interface GraphOptions {
  /** An access token. */
  readonly token?: string;
  readonly guestToken?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of another system than the shared one. */
  readonly url?: string;
  readonly operationName?: string;
}

export interface GraphResult<Data> {
  readonly data: Data | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly headers: Headers;
}

type Json = Record<string, unknown>;

/** The endpoint of the shared system. @throws saying why when it did not start */
export function sharedUrl(): string {
  const { shared } = runState();
  if ('problem' in shared) throw new Error(`the shared system did not start: ${shared.problem}`);
  return shared.url;
}

/** Sends one operation through the gateway and answers whatever came back, errors included. */
export async function graph<Data = Json>(
  query: string,
  variables: Json = {},
  options: GraphOptions = {},
): Promise<GraphResult<Data>> {
  const response = await fetch(options.url ?? sharedUrl(), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...identityHeaders(options), ...options.headers },
    body: JSON.stringify({ query, variables, operationName: options.operationName }),
  });
  const answer = (await response.json()) as { data?: Data | null; errors?: GraphQLFormattedError[]; extensions?: Json };
  return { ...answer, data: answer.data ?? null, status: response.status, headers: response.headers };
}

/** Like {@link graph}, for operations that must succeed. @throws with the errors when there are any */
export async function graphData<Data = Json>(query: string, variables: Json = {}, options: GraphOptions = {}): Promise<Data> {
  const { data, errors } = await graph<Data>(query, variables, options);
  if (errors || data === null) throw new Error(`the operation failed: ${JSON.stringify(errors)}`);
  return data;
}

export interface GraphSubscription<Data> {
  /** The next event. @throws when none comes in time, or the stream has ended */
  next(timeoutMs?: number): Promise<{ data: Data | null; errors?: readonly GraphQLFormattedError[] }>;
  /** Completes the subscription and closes the socket. */
  close(): Promise<void>;
}

/** Subscribes through the gateway over graphql-transport-ws, on a socket of its own. */
export function subscribe<Data = Json>(query: string, variables: Json = {}, options: GraphOptions = {}): GraphSubscription<Data> {
  const client = socketClient(options);
  const events = client.iterate<Data>({ query, variables, operationName: options.operationName });
  return {
    next: async (timeoutMs = 10_000) => {
      const { value, done } = await within(timeoutMs, events.next(), 'no event came in time');
      if (done) throw new Error('the subscription has ended');
      return value as { data: Data | null; errors?: readonly GraphQLFormattedError[] };
    },
    close: async () => {
      void events.return?.();
      await client.dispose();
    },
  };
}

/** A bare graphql-ws client of the gateway, for tests of the socket itself. */
export function socketClient(options: GraphOptions = {}): Client {
  return createClient({
    url: (options.url ?? sharedUrl()).replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: true,
    connectionParams: {
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.guestToken ? { guestToken: options.guestToken } : {}),
    },
  });
}

function identityHeaders({ token, guestToken }: GraphOptions): Record<string, string> {
  return { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(guestToken ? { 'x-guest-token': guestToken } : {}) };
}

async function within<T>(timeoutMs: number, work: Promise<T>, problem: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(problem)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
