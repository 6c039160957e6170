import type { Duplex } from 'node:stream';
import { CloseCode, MessageType, parseMessage, type Message, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { AppError } from '../../platform/errors';
import type { Logger } from '../../platform/observability';
import type { Answer } from '../executor/answer';
import type { Json } from '../executor/merge';
import { newRequestId } from '../http/request-id';
import type { Identifier, Identity, VerifiedToken } from '../identity/identity';
import type { LiveSubscriptions } from '../live/live-subscriptions';
import { endOfMessage, type LiveMessage } from '../live/message';
import type { OpenSession } from '../live/sessions';
import { rightsOf } from '../live/reach';
import type { GatewayMetrics } from '../metrics';
import type { OperationRequest } from '../operation-request';
import { writeText } from './frame';
import { OpenOperation, type OperationHost } from './open-operation';
import type { SocketOperations } from './socket-operations';

const INIT_WAIT_MS = 10_000;
const PING_MS = 12_000;
/** How long a client may take to answer our closing. */
const CLOSE_GRACE_MS = 2_000;
const MAX_OPERATIONS = 100;
/** Of what a client has not read yet; beyond it, it is too slow. */
const MAX_UNREAD_BYTES = 160 * 1024;

/** Close codes beside those of the protocol. All but 4401 are ones after which clients of the graphql-ws package come back. */
export const CLOSE = { restart: 1012, tryLater: 1013, expired: 4403, tooSlow: 4413 } as const;

/** What of the request that opened a socket is still needed. */
export interface SocketOrigin {
  readonly address: string;
  readonly clientName: string | null;
  readonly authorization: string | undefined;
  readonly guestToken: string | undefined;
  readonly headers: Readonly<Record<string, unknown>> | null;
}

/** What every connection needs of its server. */
export interface SocketParts {
  readonly operations: SocketOperations;
  readonly live: LiveSubscriptions;
  readonly identifier: Identifier;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  forwardedOf(headers: Readonly<Record<string, unknown>>): OperationRequest['forwarded'];
  onClosed(connection: SocketConnection, address: string): void;
}

/** One client's socket: the protocol graphql-transport-ws, its operations, and how long it may stay. */
export class SocketConnection implements OpenSession, OperationHost {
  private identity: Identity | null = null;
  private forwarded: OperationRequest['forwarded'] = null;
  private operations: Map<string, OpenOperation> | null = null;
  private state: 'new' | 'connecting' | 'open' | 'closing' = 'new';
  private readonly openedAtMs = Date.now();
  private pingedAtMs = this.openedAtMs;
  private hasAnswered = true;
  private closingAtMs = 0;

  constructor(
    private readonly socket: WebSocket,
    /** What `socket` writes to. */
    private readonly stream: Duplex,
    private readonly origin: SocketOrigin,
    private readonly parts: SocketParts,
  ) {
    socket.on('message', (data) => this.receive(String(data as Buffer)));
    socket.on('pong', () => (this.hasAnswered = true));
    socket.on('close', () => this.closed());
  }

  get token(): VerifiedToken | null {
    return this.identity?.token ?? null;
  }

  endOf(reason: 'expired' | 'revoked'): void {
    if (reason === 'expired') this.close(CLOSE.expired, 'The access token has expired; connect again with a new one');
    else this.close(CloseCode.Unauthorized, 'The session has ended; sign in again');
  }

  tick(nowMs: number): void {
    if (this.state === 'closing') {
      if (nowMs - this.closingAtMs > CLOSE_GRACE_MS) this.socket.terminate();
      return;
    }
    if (this.state !== 'open' && nowMs - this.openedAtMs > INIT_WAIT_MS)
      return this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
    if (nowMs - this.pingedAtMs < PING_MS) return;
    if (!this.hasAnswered) return this.socket.terminate();
    this.pingedAtMs = nowMs;
    this.hasAnswered = false;
    this.socket.ping();
  }

  /** For a restart: tells when to come back, so that not all clients come at once. */
  sendAway(comeBackMs: number): void {
    this.close(CLOSE.restart, `The service restarts; come back in ${Math.round(comeBackMs)} ms`);
  }

  /** At once, without a word. */
  cut(): void {
    this.socket.terminate();
  }

  next(id: string, requestId: string, message: LiveMessage): void {
    this.write(`{"id":${JSON.stringify(id)},"type":"next","payload":`, message.json, `${endOfMessage(requestId)}}`);
  }

  /** The one answer of an operation, or why there is none. */
  answer(id: string, requestId: string, { data, errors, extensions }: Answer): void {
    if (data === undefined && errors) return this.send({ id, type: MessageType.Error, payload: errors });
    this.send({ id, type: MessageType.Next, payload: { errors, data, extensions: { ...extensions, requestId } } });
    this.complete(id);
  }

  complete(id: string): void {
    this.send({ id, type: MessageType.Complete });
  }

  forget(operation: OpenOperation): void {
    if (this.operations?.get(operation.id) === operation) this.operations.delete(operation.id);
  }

  private receive(text: string): void {
    this.hasAnswered = true;
    let message: Message;
    try {
      message = parseMessage(text);
    } catch {
      return this.close(CloseCode.BadRequest, 'Invalid message received');
    }
    this.take(message).catch((error: unknown) => {
      this.parts.logger.error({ err: error }, 'a message over a socket failed');
      this.close(CloseCode.InternalServerError, 'Internal server error');
    });
  }

  private async take(message: Message): Promise<void> {
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.connect((message.payload ?? {}) as Json);
      case MessageType.Ping:
        return this.pong((message.payload ?? null) as Json | null);
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.begin(message.id, message.payload);
      case MessageType.Complete:
        return this.operations?.get(message.id)?.end();
      default:
        return this.close(CloseCode.BadRequest, `Unexpected message of type ${message.type} received`);
    }
  }

  private async connect(given: Json): Promise<void> {
    if (this.state !== 'new') return this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    this.state = 'connecting';
    const { origin } = this;
    const authorization = given['authorization'] ?? given['Authorization'] ?? origin.authorization;
    try {
      const identity = await this.parts.identifier.identify(
        textOf(authorization),
        textOf(given['guestToken'] ?? origin.guestToken),
      );
      if (this.isClosing()) return;
      this.identity = identity;
      this.forwarded = this.parts.forwardedOf({ ...origin.headers, authorization });
      this.state = 'open';
      this.send({ type: MessageType.ConnectionAck });
    } catch (error) {
      this.refuse(error);
    }
  }

  /** A ping that carries a new access token renews what the socket may do, in place. */
  private async pong(payload: Json | null): Promise<void> {
    const authorization = payload?.['authorization'];
    if (typeof authorization !== 'string' || !this.identity) {
      return this.send({ type: MessageType.Pong, ...(payload ? { payload } : {}) });
    }
    try {
      const { viewer, token } = this.identity;
      const renewed = await this.parts.identifier.identify(authorization, viewer.guestToken ?? undefined);
      if (this.isClosing()) return;
      if (token && renewed.token?.userId !== token.userId)
        return this.close(CLOSE.expired, 'The new token is of somebody else; connect again with it');
      this.renew(renewed, authorization);
      const expiresAt = new Date(renewed.token?.expiresAtMs ?? 0).toISOString();
      this.send({ type: MessageType.Pong, payload: { authorization: 'renewed', expiresAt } });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const refusal = { authorization: 'refused', code: error.code, message: error.message };
      this.send({ type: MessageType.Pong, payload: refusal });
    }
  }

  private renew(identity: Identity, authorization: string): void {
    const isSame = this.identity !== null && rightsOf(this.identity.viewer) === rightsOf(identity.viewer);
    this.identity = identity;
    this.forwarded = this.parts.forwardedOf({ ...this.origin.headers, authorization });
    if (isSame && this.forwarded === null) return;
    for (const operation of this.operations?.values() ?? []) operation.rejudge(this.parts.live, identity.viewer, this.forwarded);
  }

  private async begin(id: string, payload: SubscribePayload): Promise<void> {
    if (this.state !== 'open' || !this.identity) return this.close(CloseCode.Unauthorized, 'Unauthorized');
    this.operations ??= new Map();
    if (this.operations.has(id))
      return this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`.slice(0, 120));
    const requestId = newRequestId();
    const operation = new OpenOperation(this, id, requestId);
    if (this.operations.size >= MAX_OPERATIONS) return this.answer(id, requestId, tooMany(requestId));
    this.operations.set(id, operation);
    const from = {
      viewer: this.identity.viewer,
      forwarded: this.forwarded,
      client: this.client,
      clientName: this.origin.clientName,
    };
    const read = await this.parts.operations.read(payload, from, requestId);
    if (operation.isOver) return;
    if (read.kind === 'refused') return operation.answered(read.answer);
    if (read.kind === 'once') return operation.runs(read.run((answer) => operation.answered(answer)));
    operation.subscribes(this.parts.live.subscribe(read.request, operation));
  }

  /** Who takes turns with others where work waits: a user, or whoever is at one address. */
  private get client(): string {
    const userId = this.identity?.viewer.userId ?? null;
    return userId === null ? this.origin.address : `user ${userId}`;
  }

  private refuse(error: unknown): void {
    const isDenied = error instanceof AppError && (error.code === 'UNAUTHENTICATED' || error.code === 'BAD_USER_INPUT');
    if (!isDenied) this.parts.logger.error({ err: error }, 'a socket could not be identified');
    // 4401 ends a client's retries; 1013 asks it to try again later.
    this.close(isDenied ? CloseCode.Unauthorized : CLOSE.tryLater, isDenied ? error.message.slice(0, 120) : 'Try again later');
  }

  private send(message: object): void {
    this.write(JSON.stringify(message), null, '');
  }

  private write(head: string, body: Buffer | null, tail: string): void {
    if (this.isClosing() || this.stream.destroyed) return;
    if (this.stream.writableLength > MAX_UNREAD_BYTES) {
      this.parts.metrics.onDropped('slow');
      return this.close(CLOSE.tooSlow, 'You read too slowly; come back and resume');
    }
    writeText(this.stream, head, body, tail);
  }

  private isClosing(): boolean {
    return this.state === 'closing';
  }

  private close(code: number, reason: string): void {
    if (this.isClosing()) return;
    this.state = 'closing';
    this.closingAtMs = Date.now();
    this.endAll();
    this.socket.close(code, reason);
  }

  private closed(): void {
    this.state = 'closing';
    this.endAll();
    this.parts.onClosed(this, this.origin.address);
  }

  private endAll(): void {
    const { operations } = this;
    this.operations = null;
    for (const operation of operations?.values() ?? []) operation.end();
  }
}

function tooMany(requestId: string): Answer {
  const message = `One socket may run ${MAX_OPERATIONS} operations at once; complete some first`;
  return { errors: [{ message, extensions: { code: 'RATE_LIMITED', requestId } }] };
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  // Whatever else was sent is no token either, and is refused as one.
  return typeof value === 'string' ? value : JSON.stringify(value);
}
