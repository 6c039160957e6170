import type { AnswerReceiver, Sent } from '../pipeline';

/**
 * Calls that ask the same for the same viewer and are made in one turn of the event loop: one is sent, and all get its answer.
 * Nobody joins a call that has left already: its answer could be older than a change that the joiner's client has seen.
 */
export class SharedCalls {
  private readonly open = new Map<string, SharedCall>();
  private closing: NodeJS.Immediate | null = null;

  /** @param key all that the answer may depend on */
  send(key: string, receiver: AnswerReceiver, send: (receiver: AnswerReceiver) => Sent): Sent {
    const known = this.open.get(key);
    if (known?.isOpen) return known.join(receiver);
    // Before the call is made, so that this comes to an end no later than the call leaves.
    this.closing ??= setImmediate(this.close);
    const call = new SharedCall();
    this.open.set(key, call);
    const sent = call.join(receiver);
    call.sent = send(call);
    return sent;
  }

  private readonly close = (): void => {
    this.closing = null;
    this.open.clear();
  };
}

class SharedCall implements AnswerReceiver {
  sent: Sent | null = null;
  isOpen = true;
  private readonly receivers = new Set<AnswerReceiver>();

  join(receiver: AnswerReceiver): Sent {
    this.receivers.add(receiver);
    return { cancel: () => this.leave(receiver) };
  }

  answered(status: number, body: string): void {
    this.isOpen = false;
    for (const receiver of this.receivers) receiver.answered(status, body);
  }

  failed(error: Error): void {
    this.isOpen = false;
    for (const receiver of this.receivers) receiver.failed(error);
  }

  private leave(receiver: AnswerReceiver): void {
    this.receivers.delete(receiver);
    if (this.receivers.size > 0 || !this.isOpen) return;
    this.isOpen = false;
    this.sent?.cancel();
  }
}
