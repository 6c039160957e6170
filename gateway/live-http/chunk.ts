import type { ServerResponse } from 'node:http';

/**
 * Writes to a response that is begun, in one piece: Node would write a chunk of HTTP/1.1 in four. Nothing is written to who is
 * gone.
 */
export function writeChunk(response: ServerResponse, head: string, body: Buffer | null, tail: string): void {
  const { socket } = response;
  if (response.destroyed || response.writableEnded) return;
  // Behind an answer that is still under way on the same connection, or to a client of HTTP/1.0.
  const isPlain = !socket || !response.chunkedEncoding;
  const headBytes = Buffer.byteLength(head);
  const length = headBytes + (body?.length ?? 0) + Buffer.byteLength(tail);
  const size = isPlain ? '' : `${length.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(size.length + length + (isPlain ? 0 : 2));
  let at = chunk.write(size, 0, 'latin1');
  at += chunk.write(head, at);
  if (body) at += body.copy(chunk, at);
  at += chunk.write(tail, at);
  if (isPlain) return void response.write(chunk);
  chunk.write('\r\n', at, 'latin1');
  socket.write(chunk);
}

/** What a client has not read yet, as far as this process holds it. */
export function unreadBytes(response: ServerResponse): number {
  return Math.max(response.writableLength, response.socket?.writableLength ?? 0);
}
