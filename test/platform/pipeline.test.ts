import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { AnswerParser, type HttpAnswer } from '../../platform/pipeline/answer-parser';
import { Pipeline } from '../../platform/pipeline';

describe('answers in HTTP/1.1', () => {
  const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}';
  const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\n{"a\r\n4\r\n":1}\r\n0\r\nx-trailer: 1\r\n\r\n';
  const EMPTY = 'HTTP/1.1 204 No Content\r\n\r\n';
  const EARLY = 'HTTP/1.1 100 Continue\r\n\r\n';

  const read = (texts: readonly (string | Buffer)[], maxBytes = 1_000): HttpAnswer[] => {
    const answers: HttpAnswer[] = [];
    const parser = new AnswerParser(maxBytes, (answer) => answers.push(answer));
    // One buffer for all, as of a socket: what is kept of it must be a copy.
    const shared = Buffer.alloc(4_096);
    for (const text of texts) {
      const bytes = shared.subarray(0, Buffer.from(text).copy(shared));
      parser.take(bytes);
      shared.fill(0);
    }
    parser.end();
    return answers;
  };

  it('are read however they are cut', () => {
    const whole = Buffer.from(LENGTH + EARLY + CHUNKED + EMPTY + LENGTH);
    const expected = [
      [200, '{"a":1}'],
      [200, '{"a":1}'],
      [204, ''],
      [200, '{"a":1}'],
    ];
    for (let piece = 1; piece < 90; piece += 1) {
      const pieces = Array.from({ length: Math.ceil(whole.length / piece) }, (_, at) =>
        whole.subarray(at * piece, (at + 1) * piece),
      );
      expect(read(pieces).map(({ status, body }) => [status, body])).toEqual(expected);
    }
  });

  it('may end with their connection, which is not kept', () => {
    expect(read(['HTTP/1.1 200 OK\r\n\r\n', '{"a"', ':1}'])).toEqual([
      { status: 200, body: '{"a":1}', isKept: false, keptForMs: null },
    ]);
  });

  it('say whether and for how long the connection is kept', () => {
    const head = (headers: string): string => `HTTP/1.1 200 OK\r\n${headers}\r\ncontent-length: 0\r\n\r\n`;
    const [kept, closed] = read([head('Connection: keep-alive\r\nKeep-Alive: timeout=5'), head('Connection: close')]);
    expect([kept?.isKept, kept?.keptForMs, closed?.isKept]).toEqual([true, 5_000, false]);
  });

  it('hold characters that were cut in two', () => {
    const bytes = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"ß"');
    expect(read([bytes.subarray(0, bytes.length - 2), bytes.subarray(bytes.length - 2)])[0]?.body).toBe('"ß"');
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'no HTTP/1.1'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'no number'],
    ['more than is allowed', 'HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n', 'larger than 1000'],
    [
      'more in chunks than is allowed',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2_000)}\r\n`,
      'larger than 1000',
    ],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', 'without a size'],
  ])('are refused when they are %s', (_name, text, problem) => {
    expect(() => read([text])).toThrow(problem);
  });
});

describe('requests to one server', () => {
  let server: Server;
  let sockets: Socket[];
  let onRequest: (socket: Socket, at: number) => void;
  let pipeline: Pipeline;

  beforeEach(async () => {
    sockets = [];
    let requests = 0;
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        for (const _ of chunk.toString().matchAll(/POST /g)) onRequest(socket, (requests += 1));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    pipeline = new Pipeline({ url, maxConnections: 4, timeoutMs: 1_500, maxAnswerBytes: 1_000 });
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await pipeline.close();
    server.close();
  });

  const answer = (socket: Socket, body: string): boolean =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  const send = (mayRepeat = true): Promise<string> =>
    new Promise((resolve, reject) => {
      const receiver = { answered: (status: number, body: string) => resolve(`${status} ${body}`), failed: reject };
      pipeline.send('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n', '{}', true, mayRepeat, receiver);
    });

  it('are answered, also when many are made at once', async () => {
    onRequest = (socket, at) => answer(socket, String(at));
    const answers = await Promise.all(Array.from({ length: 200 }, () => send()));
    expect(new Set(answers).size).toBe(200);
    expect(sockets.length).toBeLessThanOrEqual(4);
  });

  it('are sent again, once, when a kept connection is cut; what may have written is not', async () => {
    onRequest = (socket, at) => (at === 1 || at > 2 ? answer(socket, String(at)) : socket.destroy());
    await send();
    expect(await send()).toBe('200 3');
    onRequest = (socket) => socket.destroy();
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(send(false)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('do not wait for one that is never answered longer than for their own time', async () => {
    let silent: Socket | null = null;
    // What comes behind it on the same connection waits too: answers have their order.
    onRequest = (socket, at) => {
      silent ??= socket;
      if (socket !== silent) answer(socket, String(at));
    };
    const [stuck, ...others] = Array.from({ length: 20 }, () => send());
    await expect(stuck).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await Promise.allSettled(others)).filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(10);
  });

  it('fail at once where nobody listens', async () => {
    server.close();
    const nowhere = new Pipeline({ url: new URL('http://127.0.0.1:1'), maxConnections: 1, timeoutMs: 5_000, maxAnswerBytes: 10 });
    const failed = new Promise((resolve) =>
      nowhere.send('POST / HTTP/1.1\r\n\r\n', '', true, true, { answered: resolve, failed: resolve }),
    );
    expect(await failed).toMatchObject({ code: 'ECONNREFUSED' });
    await nowhere.close();
  });
});
