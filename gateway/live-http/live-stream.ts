import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AppError, presentError } from '../../platform/errors';
import type { Answer } from '../executor/answer';
import { answerText } from '../http/answer-sender';
import type { VerifiedToken } from '../identity/identity';
import { endOfMessage, type LiveMessage } from '../live/message';
import type { OpenSession } from '../live/sessions';
import type { LiveSubscription } from '../live/subscription';
import type { Subscriber } from '../live/subscriber';
import { unreadBytes, writeChunk } from './chunk';
import type { StreamForm } from './stream-form';

const PING_MS = 12_000;
/** Of what a client has not read yet; beyond it, it is too slow. */
const MAX_UNREAD_BYTES = 160 * 1024;
/** By then a subscription that was not refused counts as begun. */
const BEGUN_MS = 1_000;

/** What a stream tells of itself. */
export interface StreamHost {
  /** Told once, when it is known what became of the request. */
  onBegun(answer: Answer): void;
  onSlow(): void;
  /** Told once. */
  onClosed(stream: LiveStream): void;
}

/** One subscription over HTTP: an answer that goes on for as long as its client, its token and its source want. */
export class LiveStream implements Subscriber, OpenSession {
  /** Not to be guessed: who knows it may bring a new token. */
  readonly id = randomBytes(24).toString('base64url');
  private subscription: LiveSubscription | null = null;
  private isOver = false;
  private isBegun = false;
  private readonly openedAtMs = Date.now();
  private wroteAtMs = this.openedAtMs;
  private toldPosition = -1;

  constructor(
    private readonly response: ServerResponse,
    private readonly form: StreamForm,
    readonly requestId: string,
    public token: VerifiedToken | null,
    private readonly host: StreamHost,
  ) {
    response.once('close', () => this.close());
  }

  /** Tells that the client is heard. */
  begin(headers: Readonly<Record<string, string>>): void {
    this.response.writeHead(200, { ...headers, ...streamHeaders(this.form, this.requestId), 'x-mercato-stream': this.id });
    this.response.flushHeaders();
    this.write(this.form.opening, null, '');
  }

  subscribes(subscription: LiveSubscription): void {
    if (this.isOver) subscription.end();
    else this.subscription = subscription;
  }

  get subscribed(): LiveSubscription | null {
    return this.subscription;
  }

  next(message: LiveMessage): void {
    if (this.isOver) return;
    this.begun({ data: {} });
    if (message.position !== null) this.toldPosition = message.position;
    this.write(this.form.messageHead(message.position), message.json, endOfMessage(this.requestId) + this.form.messageTail);
  }

  complete(): void {
    this.begun({ data: {} });
    this.end(this.form.completion);
  }

  refuse(answer: Answer): void {
    this.begun(answer);
    this.end(refusalText(this.form, answer, this.requestId));
  }

  endOf(reason: 'expired' | 'revoked'): void {
    const message =
      reason === 'expired'
        ? 'The access token has expired; subscribe again with a new one'
        : 'The session has ended; sign in again';
    this.refuse({ errors: [presentError(new AppError('UNAUTHENTICATED', message), this.requestId).formatted] });
  }

  tick(nowMs: number): void {
    if (nowMs - this.openedAtMs > BEGUN_MS) this.begun({ data: {} });
    const position = this.subscription?.position ?? null;
    if (position !== null && position > this.toldPosition) {
      this.toldPosition = position;
      this.write(this.form.reached(position), null, '');
    }
    if (nowMs - this.wroteAtMs > PING_MS) this.write(this.form.ping, null, '');
  }

  /** For a restart: ends the connection, not the operation, so that the client comes back and goes on. */
  sendAway(comeBackMs: number): void {
    this.end(this.form.comeBack(comeBackMs));
  }

  private begun(answer: Answer): void {
    if (this.isBegun) return;
    this.isBegun = true;
    this.host.onBegun(answer);
  }

  private write(head: string, body: Buffer | null, tail: string): void {
    if (this.isOver || (head === '' && !body)) return;
    if (unreadBytes(this.response) > MAX_UNREAD_BYTES) {
      this.host.onSlow();
      this.close();
      this.response.destroy();
      return;
    }
    this.wroteAtMs = Date.now();
    writeChunk(this.response, head, body, tail);
  }

  private end(words: string): void {
    if (this.isOver) return;
    this.write(words, null, '');
    this.close();
    if (!this.response.destroyed) this.response.end();
  }

  private close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.begun({ data: {} });
    this.subscription?.end();
    this.subscription = null;
    this.host.onClosed(this);
  }
}

export function streamHeaders({ contentType }: StreamForm, requestId: string): Record<string, string> {
  return {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-request-id': requestId,
    // nginx gathers what it passes on unless it is told not to.
    'x-accel-buffering': 'no',
  };
}

/** Why there is nothing more, and the end. */
export function refusalText(form: StreamForm, answer: Answer, requestId: string): string {
  return form.refusal(answerText(answer, requestId), JSON.stringify(answer.errors ?? [])) + form.completion;
}
