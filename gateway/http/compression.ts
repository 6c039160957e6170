import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

type Encoding = 'br' | 'gzip';

/** Below this, compressing takes longer than sending what it saves. */
const MIN_BYTES = 1_400;
/** Nearly as small as the highest, at a tenth of its time. */
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 5;

const asBrotli = promisify(brotliCompress);
const asGzip = promisify(gzip);

/** The headers of an answer, without its length. */
export type AnswerHeaders = Record<string, string | number>;

/** Ends a response with a body, compressed where its client asks for that and it is worth it. */
export class BodyWriter {
  /** @param isCompressing where `false`, bodies go out as they are, such as behind a proxy that compresses */
  constructor(private readonly isCompressing: boolean) {}

  /** Writes at once, or, compressed, as soon as another thread has done it. */
  end(
    request: IncomingHttpHeaders,
    response: ServerResponse,
    status: number,
    headers: AnswerHeaders,
    body: string | Buffer,
  ): void {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const encoding = this.isCompressing && length >= MIN_BYTES ? encodingOf(request['accept-encoding']) : null;
    if (encoding !== null) return void this.endCompressed(encoding, response, status, headers, Buffer.from(body as string));
    headers['content-length'] = length;
    response.writeHead(status, headers);
    response.end(body);
  }

  private async endCompressed(
    encoding: Encoding,
    response: ServerResponse,
    status: number,
    headers: AnswerHeaders,
    body: Buffer,
  ): Promise<void> {
    let small: Buffer | null;
    try {
      small = await (encoding === 'br' ? asBrotli(body, brotliOptions(body.length)) : asGzip(body, { level: GZIP_LEVEL }));
    } catch {
      small = null;
    }
    if (response.destroyed || response.headersSent) return;
    const told = small ? { ...headers, 'content-encoding': encoding } : headers;
    const sent = small ?? body;
    response.writeHead(status, { ...told, 'content-length': sent.length });
    response.end(sent);
  }
}

function brotliOptions(length: number) {
  return { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: length } };
}

/** What of both a client prefers, brotli where it does not care; `null` where it takes neither. */
export function encodingOf(accept: string | string[] | undefined): Encoding | null {
  if (typeof accept !== 'string' || accept === '' || accept === 'identity') return null;
  const qualities = new Map(
    accept.split(',').map((part): [string, number] => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      return [name, Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1)];
    }),
  );
  const any = qualities.get('*') ?? 0;
  const [br, zipped] = ['br', 'gzip'].map((name) => qualities.get(name) ?? any) as [number, number];
  if (!(br > 0) && !(zipped > 0)) return null;
  return br >= zipped ? 'br' : 'gzip';
}
