import type { ServerResponse } from 'node:http';
import type { Logger } from '../../platform/observability';
import type { Answer } from '../executor/answer';
import type { GatewayMetrics } from '../metrics';
import type { CachedData } from '../response-cache/response-cache';
import type { BodyWriter } from './compression';
import type { AnswerType } from './media-type';
import { noteRequest } from './request-log';
import type { RequestScope } from './request-scope';

const VARY = 'accept, accept-encoding, authorization, x-guest-token';
const DATA_HEAD = Buffer.from('{"data":');

/** Writes answers, each with its request id, and notes that it did. */
export class AnswerSender {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: GatewayMetrics,
    private readonly bodies: BodyWriter,
  ) {}

  send(
    scope: RequestScope,
    response: ServerResponse,
    status: number,
    type: AnswerType,
    answer: Answer,
    headers: HeaderPairs,
  ): void {
    const text = answerText(answer, scope.requestId);
    const told = {
      'cache-control': 'no-store',
      ...(headers.length > 0 ? Object.fromEntries(headers) : {}),
      'content-type': `${type}; charset=utf-8`,
      'x-request-id': scope.requestId,
    };
    this.bodies.end(scope.request.headers, response, status, told, text);
    noteRequest(scope, status, answer, this.logger, this.metrics);
  }

  /** Notes an answer that was written in parts. */
  noteParts(scope: RequestScope, errors: NonNullable<Answer['errors']>): void {
    noteRequest(scope, 200, errors.length > 0 ? { data: {}, errors } : { data: {} }, this.logger, this.metrics);
  }

  /** Serialised data that is, or might have been, cached; the request id around it is the client's own. */
  sendPublic(scope: RequestScope, response: ServerResponse, type: AnswerType, json: Buffer, known: CachedData | null): void {
    const tail = `,"extensions":{"requestId":"${scope.requestId}"}}`;
    const body = Buffer.allocUnsafe(DATA_HEAD.length + json.length + tail.length);
    body.set(DATA_HEAD, 0);
    body.set(json, DATA_HEAD.length);
    body.write(tail, DATA_HEAD.length + json.length, 'latin1');
    const told = {
      'content-type': `${type}; charset=utf-8`,
      'x-request-id': scope.requestId,
      // Only this process hears when the answer ends, so whoever keeps it must ask again.
      'cache-control': 'no-cache',
      vary: response.hasHeader('vary') ? `${VARY}, origin` : VARY,
      'x-mercato-cache': known ? 'hit' : 'miss',
      age: String(known ? Math.floor((performance.now() - known.storedAtMs) / 1000) : 0),
    };
    this.bodies.end(scope.request.headers, response, 200, told, body);
    noteRequest(scope, 200, {}, this.logger, this.metrics);
  }
}

type HeaderPairs = readonly (readonly [string, string])[];

/** An answer as JSON text, with its request id. */
export function answerText({ data, dataJson, errors, extensions: given }: Answer, requestId: string): string {
  // Ids of requests hold nothing that JSON escapes.
  const extensions = given ? JSON.stringify({ ...given, requestId }) : `{"requestId":"${requestId}"}`;
  if (dataJson !== undefined) return `{"data":${dataJson},"extensions":${extensions}}`;
  const told = data === undefined ? '' : `"data":${JSON.stringify(data)},`;
  return `{${errors ? `"errors":${JSON.stringify(errors)},` : ''}${told}"extensions":${extensions}}`;
}
