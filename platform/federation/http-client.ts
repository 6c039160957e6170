import { Pool, type Dispatcher } from 'undici';
import { AppError } from '../errors';
import { Pipeline, type AnswerReceiver, type Sent } from '../pipeline';
import { SharedCalls } from './shared-calls';
import { SubgraphMessages } from './subgraph-messages';
import type {
  CallReceiver,
  EventReceiver,
  ExecuteOnSubgraph,
  SubgraphClient,
  SubgraphRequest,
  SubgraphResponse,
} from './subgraph-request';

export interface HttpSubgraphOptions {
  readonly name: string;
  /** Where the subgraph serves, such as `http://product:4002/graphql`. */
  readonly url: string;
  /** `null` for a subgraph that is not ours: it is sent no signature and no viewer, only the headers that are forwarded. */
  readonly signingKey: string | null;
  /** How long one call may take: waiting for a free connection and reading the whole answer included. */
  readonly timeoutMs: number;
}

const MAX_CONNECTIONS = 64;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Each holds a connection for as long as somebody listens, so they share none with calls. */
const MAX_STREAMS = 5_000;
/** The stream pings every ten seconds, so silence of half a minute means that the other side is gone. */
const STREAM_SILENCE_MS = 30_000;
const NEXT = 'event: next\ndata: ';

/** Reaches a subgraph over HTTP, signed where there is a key: calls by a pipeline of their own, streams of events beside it. */
export function createHttpSubgraphClient(options: HttpSubgraphOptions): SubgraphClient & { close(): Promise<void> } {
  const url = new URL(options.url);
  const { timeoutMs } = options;
  const messages = new SubgraphMessages(options.name, url, options.signingKey);
  const calls = new Pipeline({ url, timeoutMs, maxConnections: MAX_CONNECTIONS, maxAnswerBytes: MAX_ANSWER_BYTES });
  const shared = new SharedCalls();
  const streams = new Pool(url.origin, { connections: MAX_STREAMS, keepAliveTimeout: 30_000, connect: { timeout: 2_000 } });
  const begin: ExecuteOnSubgraph['begin'] = (request, receiver) => {
    const { body } = request;
    const bytes = Buffer.byteLength(body);
    const isAscii = bytes === body.length && messages.isAscii(request);
    // What may have written is neither repeated nor shared.
    const isQuery = !/^\s*mutation\b/.test(request.query);
    const send = (taker: AnswerReceiver): Sent => calls.send(messages.head(request, body, bytes), body, isAscii, isQuery, taker);
    const answer = new SubgraphAnswer(options, receiver);
    // Other letters leave at once, not at the end of the turn.
    return isQuery && isAscii ? shared.send(messages.viewOf(request) + body, answer, send) : send(answer);
  };
  let openStreams = 0;
  const tellStream = async (request: SubgraphRequest, left: AbortSignal, receiver: EventReceiver): Promise<void> => {
    openStreams += 1;
    try {
      if (openStreams > MAX_STREAMS) throw new Error(`${MAX_STREAMS} streams are open already`);
      const body = bodyOf(request);
      const headers = messages.headers(request, body, 'text/event-stream');
      const silence = { headersTimeout: STREAM_SILENCE_MS, bodyTimeout: STREAM_SILENCE_MS };
      const stream = await streams.request({ method: 'POST', path: messages.path, headers, body, signal: left, ...silence });
      for await (const event of eventsOf(stream)) if (!left.aborted) receiver.event(event);
      if (!left.aborted) receiver.ended();
    } catch (error) {
      if (!left.aborted) receiver.failed(unavailable(options.name, error));
    } finally {
      openStreams -= 1;
    }
  };
  return {
    name: options.name,
    execute: Object.assign((request: SubgraphRequest) => promised(begin, request), { begin }),
    subscribe: (request, receiver) => {
      const left = new AbortController();
      void tellStream(request, left.signal, receiver);
      return { end: () => left.abort() };
    },
    close: async () => void (await Promise.all([calls.close(), streams.close()])),
  };
}

/** For callers that await the answer and end the work by a signal. */
function promised(begin: NonNullable<ExecuteOnSubgraph['begin']>, request: SubgraphRequest): Promise<SubgraphResponse> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    const leave = (): void => {
      sent?.cancel();
      end();
      reject(signal?.reason instanceof Error ? signal.reason : new Error('the caller is gone'));
    };
    const end = (): void => signal?.removeEventListener('abort', leave);
    const receiver: CallReceiver = {
      answered: (response) => {
        end();
        resolve(response);
      },
      failed: (error) => {
        end();
        reject(error as Error);
      },
    };
    const sent = signal?.aborted ? null : begin({ ...request, body: bodyOf(request) }, receiver);
    if (!sent) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  });
}

function bodyOf({ body, query, operationName, variables, after }: SubgraphRequest): string {
  const extensions = after ? { after } : undefined;
  return body ?? JSON.stringify({ query, operationName: operationName ?? undefined, variables, extensions });
}

/** Reads what a subgraph answered for whoever called it. */
class SubgraphAnswer implements AnswerReceiver {
  constructor(
    private readonly options: HttpSubgraphOptions,
    private readonly receiver: CallReceiver,
  ) {}

  answered(status: number, body: string): void {
    const { name, signingKey } = this.options;
    let answer: SubgraphResponse;
    try {
      // A refusal of the hop itself, such as of a wrong signature, is no business of the client's.
      if (status !== 200 && signingKey !== null) throw new Error(`status ${status}`);
      answer = answerIn(body, status);
    } catch (error) {
      return this.receiver.failed(unavailable(name, error));
    }
    this.receiver.answered(answer);
  }

  failed(error: Error): void {
    this.receiver.failed(unavailable(this.options.name, error));
  }
}

/** Other servers answer refused operations as GraphQL errors under a status of 400 or more. @throws when it is no answer */
function answerIn(text: string, statusCode: number): SubgraphResponse {
  if (statusCode === 200) return JSON.parse(text) as SubgraphResponse;
  const answer = text.startsWith('{') ? (JSON.parse(text) as SubgraphResponse) : {};
  if (!Array.isArray(answer.errors) || statusCode >= 500) throw new Error(`status ${statusCode}`);
  return answer;
}

/** The events of a stream until it says that it is complete. @throws when it is cut before */
async function* eventsOf({ statusCode, body }: Dispatcher.ResponseData): AsyncIterable<SubgraphResponse> {
  try {
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    for await (const block of blocksOf(body)) {
      if (block.startsWith(NEXT)) yield JSON.parse(block.slice(NEXT.length)) as SubgraphResponse;
      else if (block.startsWith('event: complete')) return;
    }
    throw new Error('stream cut');
  } finally {
    body.destroy();
  }
}

/** Server-sent events as text. */
async function* blocksOf(body: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let buffered = '';
  for await (const chunk of body) {
    buffered += decoder.decode(chunk, { stream: true });
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      yield buffered.slice(0, end);
      buffered = buffered.slice(end + 2);
    }
  }
}

function unavailable(name: string, cause: unknown): AppError {
  const isTimeout = /Timeout/i.test(String((cause as { name?: unknown } | null)?.name));
  const error = isTimeout
    ? new AppError('DEADLINE_EXCEEDED', `The ${name} service did not answer in time; try again`, { service: name })
    : new AppError('UPSTREAM_UNAVAILABLE', `The ${name} service cannot be reached right now; try again`, { service: name });
  error.cause = cause;
  return error;
}
