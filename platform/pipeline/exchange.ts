import type { Waiting } from '../process';

/** Told once how a request ended. */
export interface AnswerReceiver {
  answered(status: number, body: string): void;
  /** `name` is TimeoutError where time was up; `code` tells of the system where it was a connection. */
  failed(error: Error): void;
}

/** What an exchange was sent over. */
export interface Carrier {
  close(reason: Error): void;
  /** Closes when nobody waits for an answer of it any more. */
  closeIfUnwanted(): void;
}

/** One request and what is known of its answer. */
export interface Exchange {
  /** ASCII as text, which is joined with others; anything else as bytes. */
  readonly message: string | Buffer;
  /** Whether it may be sent again when the connection breaks before its answer. */
  readonly mayRepeat: boolean;
  readonly receiver: AnswerReceiver;
  isRepeated: boolean;
  /** Nobody is to be told any more. */
  isOver: boolean;
  sentAtMs: number;
  /** How long this process had waited for anything at all by then. */
  idleAtSendMs: number;
  connection: Carrier | null;
  waiting: Waiting | null;
}
