import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../platform/errors';
import { sendJson } from '../../platform/http';
import type { Logger } from '../../platform/observability';
import { refusalOf, type Answer } from '../executor/answer';
import { answerText } from '../http/answer-sender';
import { forwardedHeaders } from '../http/forwarded-headers';
import { requestIdOf } from '../http/request-id';
import { noteRequest } from '../http/request-log';
import type { RequestScope } from '../http/request-scope';
import { statusOf } from '../http/status';
import type { Identifier } from '../identity/identity';
import { comeBackAfterMs } from '../live/come-back';
import type { LiveRequest, LiveSubscriptions } from '../live/live-subscriptions';
import type { Quota } from '../live/quota';
import { rightsOf } from '../live/reach';
import type { OpenSessions } from '../live/sessions';
import type { GatewayMetrics } from '../metrics';
import { standsOpen } from '../protection/shedding';
import { LiveStream, refusalText, streamHeaders } from './live-stream';
import type { StreamForm } from './stream-form';

export interface LiveStreamsOptions {
  readonly live: LiveSubscriptions;
  readonly sessions: OpenSessions;
  readonly identifier: Identifier;
  readonly forwardHeaders: readonly string[];
  /** Of everything that one address holds open, sockets too. */
  readonly perAddress: Quota;
  readonly maxPerAddress: number;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
}

interface OpenStream {
  readonly stream: LiveStream;
  /** Headers of its request that subgraphs are told. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** All subscriptions over HTTP, whatever form they are told in. */
export class LiveStreams {
  private readonly open = new Map<string, OpenStream>();
  private isStopping = false;

  constructor(private readonly options: LiveStreamsOptions) {}

  /** Begins a subscription. @throws AppError RATE_LIMITED for an address that holds too much open */
  subscribe(scope: RequestScope, response: ServerResponse, form: StreamForm, request: LiveRequest): void {
    if (this.isStopping || scope.request.method === 'HEAD') return this.endAtOnce(scope, response, form);
    const { perAddress, maxPerAddress, metrics, logger, forwardHeaders } = this.options;
    const { address } = scope;
    if (!perAddress.take(address, maxPerAddress)) {
      metrics.onDropped('quota');
      throw new AppError('RATE_LIMITED', `${maxPerAddress} streams at once are all that one address may hold; end some first`);
    }
    const stream = new LiveStream(response, form, scope.requestId, scope.token, {
      onBegun: (answer) => noteRequest(scope, 200, answer, logger, metrics),
      onSlow: () => metrics.onDropped('slow'),
      onClosed: () => {
        perAddress.give(address);
        this.forget(stream);
      },
    });
    const { headers } = scope.request;
    this.open.set(stream.id, { stream, headers: Object.fromEntries(forwardHeaders.map((name) => [name, headers[name]])) });
    this.options.sessions.add(stream);
    metrics.onStream(1);
    standsOpen(response);
    stream.begin({});
    stream.subscribes(this.options.live.subscribe(request, stream));
  }

  /** Writes the one answer of an operation as a stream, for who takes nothing else. */
  answer(scope: RequestScope, response: ServerResponse, form: StreamForm, answer: Answer): void {
    const isRefused = answer.data === undefined && answer.dataJson === undefined;
    const text = isRefused
      ? refusalText(form, answer, scope.requestId)
      : form.answer(answerText(answer, scope.requestId)) + form.completion;
    const body = Buffer.from(form.opening + text);
    response.writeHead(200, { ...streamHeaders(form, scope.requestId), 'content-length': body.length });
    response.end(body);
    noteRequest(scope, 200, answer, this.options.logger, this.options.metrics);
  }

  /** `POST /graphql/streams/<id>`: a new access token for a stream that is open, of the same user. */
  async renew(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request.headers['x-request-id']);
    try {
      await this.renewBy(request);
      response.writeHead(204, { 'x-request-id': requestId }).end();
    } catch (error) {
      const answer = refusalOf([error], requestId, this.options.logger);
      const status = error instanceof AppError && error.code === 'NOT_FOUND' ? 404 : statusOf(answer, 'application/json');
      response.setHeader('x-request-id', requestId);
      sendJson(response, status, JSON.parse(answerText(answer, requestId)));
    }
  }

  /** Tells everybody when to come back, and ends. */
  stop(): void {
    this.isStopping = true;
    const clients = this.open.size;
    for (const { stream } of this.open.values()) stream.sendAway(comeBackAfterMs(clients));
  }

  private async renewBy({ url = '', headers }: IncomingMessage): Promise<void> {
    const path = url.split('?', 1)[0] ?? '';
    const id = path.slice(path.lastIndexOf('/') + 1);
    const { authorization } = headers;
    if (!authorization) throw new AppError('UNAUTHENTICATED', 'Send the new access token as "Authorization: Bearer ..."');
    const { identifier, live, forwardHeaders } = this.options;
    const before = this.open.get(id)?.stream.token;
    const guestToken = before?.viewer.guestToken ?? undefined;
    const { viewer, token } = await identifier.identify(authorization, guestToken);
    const open = this.open.get(id);
    const held = open?.stream.token;
    if (!open || !held || held.userId !== token?.userId) throw new AppError('NOT_FOUND', 'You have no such stream open here');
    const { stream } = open;
    const isSame = rightsOf(held.viewer) === rightsOf(viewer);
    stream.token = token;
    const forwarded = forwardedHeaders(forwardHeaders, { ...open.headers, authorization });
    if (stream.subscribed && !(isSame && forwarded === null)) live.rejudge(stream.subscribed, viewer, forwarded);
  }

  private forget(stream: LiveStream): void {
    if (!this.open.delete(stream.id)) return;
    this.options.sessions.remove(stream);
    this.options.metrics.onStream(-1);
  }

  private endAtOnce(scope: RequestScope, response: ServerResponse, form: StreamForm): void {
    response.writeHead(200, streamHeaders(form, scope.requestId));
    response.end(this.isStopping ? form.opening + form.comeBack(comeBackAfterMs(1)) : undefined);
    noteRequest(scope, 200, {}, this.options.logger, this.options.metrics);
  }
}
