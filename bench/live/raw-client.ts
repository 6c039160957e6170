import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** The least that a client of a WebSocket can be, so that it measures the server and not itself. */
export class RawClient {
  private readonly socket: Socket;
  private isOpen = false;
  /** What the server said when it closed. */
  why = '';
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    port: number,
    private readonly onOpen: () => void,
    private readonly onMessage: (text: string) => void,
    private readonly onClose: () => void,
  ) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('connect', () => this.socket.write(handshake(port)));
    this.socket.on('data', (chunk) => this.read(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => this.onClose());
  }

  send(message: object): void {
    this.write(0x81, Buffer.from(JSON.stringify(message)));
  }

  /** Reads no more, as a phone whose radio is off. */
  stall(): void {
    this.socket.pause();
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    let data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    if (!this.isOpen) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) return void (this.rest = data);
      this.isOpen = true;
      this.onOpen();
      data = data.subarray(end + 4);
    }
    for (;;) {
      const frame = frameIn(data);
      if (!frame) break;
      if (frame.kind === TEXT) this.onMessage(data.toString('utf8', frame.start, frame.end));
      else if (frame.kind === CLOSE) this.why = data.toString('utf8', frame.start + 2, frame.end);
      else if (frame.kind === PING) this.write(0x80 | PONG, data.subarray(frame.start, frame.end));
      data = data.subarray(frame.end);
    }
    this.rest = data;
  }

  private write(first: number, payload: Buffer): void {
    const mask = MASK;
    const head =
      payload.length < 126
        ? Buffer.from([first, 0x80 | payload.length])
        : Buffer.from([first, 0xfe, payload.length >> 8, payload.length & 255]);
    const masked = Buffer.from(payload);
    for (let at = 0; at < masked.length; at += 1) masked[at] = (masked[at] ?? 0) ^ (mask[at % 4] ?? 0);
    this.socket.write(Buffer.concat([head, mask, masked]));
  }
}

const [TEXT, CLOSE, PING, PONG] = [1, 8, 9, 10];
const MASK = randomBytes(4);

function handshake(port: number): string {
  const key = randomBytes(16).toString('base64');
  return `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
}

function frameIn(data: Buffer): { kind: number; start: number; end: number } | null {
  if (data.length < 2) return null;
  const short = (data[1] ?? 0) & 127;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < start) return null;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  if (data.length < start + length) return null;
  return { kind: (data[0] ?? 0) & 15, start, end: start + length };
}
