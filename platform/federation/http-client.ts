import { Pipeline, type AnswerReceiver, type Sent } from '../pipeline';
import { EventSockets } from './event-socket-client';
import { SharedCalls } from './shared-calls';
import { SseStreams } from './sse-client';
import { bodyOf, SubgraphMessages } from './subgraph-messages';
import type { CallReceiver, ExecuteOnSubgraph, SubgraphClient, SubgraphRequest, SubgraphResponse } from './subgraph-request';
import { unavailable } from './unavailable';

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

/** Reaches a subgraph over HTTP, signed where there is a key: calls by a pipeline of their own, subscriptions beside it. */
export function createHttpSubgraphClient(options: HttpSubgraphOptions): SubgraphClient & { close(): Promise<void> } {
  const url = new URL(options.url);
  const { timeoutMs } = options;
  const messages = new SubgraphMessages(options.name, url, options.signingKey);
  const calls = new Pipeline({ url, timeoutMs, maxConnections: MAX_CONNECTIONS, maxAnswerBytes: MAX_ANSWER_BYTES });
  const shared = new SharedCalls();
  const streams = streamsOf(options, url, messages);
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
  return {
    name: options.name,
    execute: Object.assign((request: SubgraphRequest) => promised(begin, request), { begin }),
    subscribe: (request, receiver) => streams.subscribe(request, receiver),
    close: async () => void (await Promise.all([calls.close(), streams.close()])),
  };
}

/** Our own subgraphs take many subscriptions on one socket; of others, server-sent events are what most can do. */
function streamsOf({ name, signingKey }: HttpSubgraphOptions, url: URL, messages: SubgraphMessages): EventSockets | SseStreams {
  if (signingKey === null) return new SseStreams(name, url, messages);
  return new EventSockets({ name, url, signingKey, viewerText: ({ viewer }) => messages.textOf(viewer) });
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
