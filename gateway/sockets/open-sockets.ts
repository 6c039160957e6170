import type { WebSocket } from 'ws';
import type { Identifier, VerifiedToken } from '../identity/identity';
import type { Revocations } from '../identity/revocations';

/** Longer timers overflow in Node and fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Sockets that were opened with an access token: each is closed when its token expires or is revoked. */
export class OpenSockets {
  private readonly tokens = new Map<WebSocket, VerifiedToken>();
  readonly stop: () => void;

  constructor(
    private readonly identifier: Identifier,
    revocations: Revocations,
  ) {
    this.stop = revocations.onRevocation(() => this.closeRevoked());
  }

  watch(socket: WebSocket, token: VerifiedToken): void {
    this.tokens.set(socket, token);
    // 4403 lets a client of the graphql-ws package come back, with the new token that it has meanwhile.
    const expire = (): void => socket.close(4403, 'The access token has expired; connect again with a new one');
    const timer = setTimeout(expire, Math.min(Math.max(0, token.expiresAtMs - Date.now()), MAX_TIMER_MS));
    timer.unref();
    socket.once('close', () => {
      clearTimeout(timer);
      this.tokens.delete(socket);
    });
  }

  private closeRevoked(): void {
    for (const [socket, token] of this.tokens) {
      if (!this.identifier.isStillValid(token)) socket.close(4401, 'The session has ended; sign in again');
    }
  }
}
