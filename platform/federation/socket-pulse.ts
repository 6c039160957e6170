import type { WebSocket } from 'ws';

/** Notices that the other side of a socket is gone: pings it, and cuts the socket after a silence. */
export class SocketPulse {
  private heardAtMs = performance.now();
  private readonly timer: NodeJS.Timeout;

  /** @param onBeat called at each ping */
  constructor(socket: WebSocket, { pingMs = 10_000, silenceMs = 30_000 } = {}, onBeat: () => void = () => undefined) {
    const hear = (): void => void (this.heardAtMs = performance.now());
    socket.on('message', hear).on('ping', hear).on('pong', hear);
    this.timer = setInterval(() => {
      if (performance.now() - this.heardAtMs > silenceMs) return socket.terminate();
      if (socket.readyState === socket.OPEN) socket.ping();
      onBeat();
    }, pingMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
