/** An answer in HTTP/1.1 that was read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Whether the connection may be asked again. */
  readonly isKept: boolean;
  /** How long the other side keeps the connection, where it says; in milliseconds. */
  readonly keptForMs: number | null;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 1_024;
const LINE_FEED = 10;
const COLON = 58;

/** What comes next on the connection. */
type State = 'head' | 'body' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer';

/**
 * Reads the answers of one connection, however they are cut into pieces: bodies with a length, in chunks, or until the
 * connection ends. Bytes that were given are not kept after the call, so that one buffer may serve all reads.
 */
export class AnswerParser {
  private state: State = 'head';
  private pending: Buffer | null = null;
  private parts: Buffer[] = [];
  private size = 0;
  private left = 0;
  private status = 0;
  private isKept = true;
  private keptForMs: number | null = null;

  constructor(
    private readonly maxBytes: number,
    private readonly onAnswer: (answer: HttpAnswer) => void,
  ) {}

  /** Whether nothing of an answer has come yet. */
  get isBetweenAnswers(): boolean {
    return this.state === 'head' && this.pending === null;
  }

  /** @throws Error for what is no HTTP, or more than `maxBytes` */
  take(chunk: Buffer): void {
    let buffer = chunk;
    if (this.pending) {
      buffer = Buffer.concat([this.pending, chunk]);
      this.pending = null;
    }
    let at = 0;
    while (at < buffer.length) {
      const next = this.step(buffer, at);
      if (next < 0) {
        this.pending = Buffer.from(buffer.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** The other side has closed: the end of a body that has no other. */
  end(): void {
    if (this.state === 'until-close') this.answer('');
  }

  /** @returns where to go on, or a negative number when more bytes are needed to go on at all */
  private step(buffer: Buffer, at: number): number {
    switch (this.state) {
      case 'head':
        return this.takeHead(buffer, at);
      case 'body':
      case 'chunk':
        return this.takeBody(buffer, at);
      case 'until-close':
        return this.keep(buffer, at, buffer.length);
      case 'chunk-size':
        return this.takeChunkSize(buffer, at);
      case 'chunk-end':
        if (buffer.length < at + 2) return -1;
        this.state = 'chunk-size';
        return at + 2;
      case 'trailer':
        return this.takeTrailer(buffer, at);
    }
  }

  private takeHead(buffer: Buffer, at: number): number {
    const end = buffer.indexOf(HEAD_END, at);
    if (end < 0) {
      if (buffer.length - at > MAX_HEAD_BYTES) throw new Error('the head of the answer is too large');
      return -1;
    }
    const body = end + HEAD_END.length;
    this.readHead(buffer, at, end + 2);
    // 100 Continue and the like come before the answer itself.
    if (this.status < 200) {
      this.state = 'head';
      return body;
    }
    if (this.status === 204 || this.status === 304 || (this.state === 'body' && this.left === 0)) this.answer('');
    return body;
  }

  private readHead(buffer: Buffer, from: number, end: number): void {
    const status = readDigits(buffer, from + 9, from + 12);
    // "HTTP/1."
    if (buffer[from] !== 72 || buffer[from + 5] !== 49 || !(status >= 100)) throw new Error('the answer is no HTTP/1.1');
    this.status = status;
    this.isKept = buffer[from + 7] === 49;
    this.keptForMs = null;
    this.left = 0;
    this.state = 'until-close';
    let line = buffer.indexOf(LINE_FEED, from) + 1;
    while (line < end) {
      const next = buffer.indexOf(LINE_FEED, line) + 1;
      this.readHeader(buffer, line, next - 2);
      line = next;
    }
    if (this.isIn('until-close')) this.isKept = false;
    if (this.isIn('body') && this.left > this.maxBytes) throw tooLarge(this.maxBytes);
  }

  private isIn(state: State): boolean {
    return this.state === state;
  }

  /** Only four headers matter; what they are is told by their length first. */
  private readHeader(buffer: Buffer, from: number, to: number): void {
    const first = (buffer[from] ?? 0) | 32;
    if (first === 99 && buffer[from + 14] === COLON && isNamed(buffer, from, 'content-length')) {
      const length = Number(valueOf(buffer, from + 15, to));
      if (!Number.isSafeInteger(length) || length < 0) throw new Error('the length of the answer is no number');
      // Where both stand, chunks win (RFC 9112, 6.3).
      if (this.state === 'chunk-size') return;
      this.state = 'body';
      this.left = length;
    } else if (first === 116 && buffer[from + 17] === COLON && isNamed(buffer, from, 'transfer-encoding')) {
      if (valueOf(buffer, from + 18, to).toLowerCase() !== 'chunked') throw new Error('the encoding of the answer is unknown');
      this.state = 'chunk-size';
    } else if (buffer[from + 10] !== COLON) {
      return;
    } else if (first === 99 && isNamed(buffer, from, 'connection')) {
      const value = valueOf(buffer, from + 11, to).toLowerCase();
      if (value.includes('close')) this.isKept = false;
      else if (value.includes('keep-alive')) this.isKept = true;
    } else if (first === 107 && isNamed(buffer, from, 'keep-alive')) {
      const seconds = /timeout=(\d+)/.exec(valueOf(buffer, from + 11, to))?.[1];
      if (seconds !== undefined) this.keptForMs = Number(seconds) * 1_000;
    }
  }

  private takeBody(buffer: Buffer, at: number): number {
    const to = at + this.left;
    if (buffer.length < to) {
      this.left -= buffer.length - at;
      return this.keep(buffer, at, buffer.length);
    }
    if (this.state === 'body') {
      this.answer(buffer.toString('utf8', at, to), buffer, at, to);
      return to;
    }
    this.keep(buffer, at, to);
    this.state = 'chunk-end';
    return to;
  }

  private takeChunkSize(buffer: Buffer, at: number): number {
    const lineFeed = buffer.indexOf(LINE_FEED, at);
    if (lineFeed < 0) return needMore(buffer, at);
    const [digits = ''] = buffer.toString('latin1', at, lineFeed).split(';', 1);
    const size = /^[0-9a-f]{1,8}\s*$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    if (!(size >= 0)) throw new Error('the answer has a chunk without a size');
    this.left = size;
    this.state = size === 0 ? 'trailer' : 'chunk';
    return lineFeed + 1;
  }

  private takeTrailer(buffer: Buffer, at: number): number {
    const lineFeed = buffer.indexOf(LINE_FEED, at);
    if (lineFeed < 0) return needMore(buffer, at);
    if (lineFeed - at <= 1) this.answer('');
    return lineFeed + 1;
  }

  private keep(buffer: Buffer, from: number, to: number): number {
    this.size += to - from;
    if (this.size > this.maxBytes) throw tooLarge(this.maxBytes);
    this.parts.push(Buffer.from(buffer.subarray(from, to)));
    return to;
  }

  /** @param last the rest of the body, as text where it is the whole, and where it stands where it is not */
  private answer(last: string, buffer?: Buffer, from = 0, to = 0): void {
    let body = last;
    if (this.parts.length > 0) {
      const parts = buffer ? [...this.parts, buffer.subarray(from, to)] : this.parts;
      body = Buffer.concat(parts).toString('utf8');
      this.parts = [];
      this.size = 0;
    }
    const { status, isKept, keptForMs } = this;
    this.state = 'head';
    this.left = 0;
    this.onAnswer({ status, body, isKept, keptForMs });
  }
}

function needMore(buffer: Buffer, at: number): number {
  if (buffer.length - at > MAX_LINE_BYTES) throw new Error('the answer has a line that does not end');
  return -1;
}

function readDigits(buffer: Buffer, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = (buffer[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function isNamed(buffer: Buffer, from: number, name: string): boolean {
  for (let at = 0; at < name.length; at += 1) {
    const given = buffer[from + at] ?? 0;
    const wanted = name.charCodeAt(at);
    if (given !== wanted && (given | 32) !== wanted) return false;
  }
  return true;
}

function valueOf(buffer: Buffer, from: number, to: number): string {
  return buffer.toString('latin1', from, to).trim();
}

function tooLarge(maxBytes: number): Error {
  return new Error(`the answer is larger than ${maxBytes} bytes`);
}
