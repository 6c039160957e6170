import type { Duplex } from 'node:stream';

/** One text message of a server, unmasked and in one frame (RFC 6455, section 5.2), written at once. */
export function writeText(stream: Duplex, head: string, body: Buffer | null, tail: string): void {
  const headBytes = Buffer.byteLength(head);
  const tailBytes = Buffer.byteLength(tail);
  const length = headBytes + (body?.length ?? 0) + tailBytes;
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = 0x81;
  if (start === 2) {
    frame[1] = length;
  } else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(head, start);
  if (body) frame.set(body, start + headBytes);
  frame.write(tail, start + headBytes + (body?.length ?? 0));
  stream.write(frame);
}
