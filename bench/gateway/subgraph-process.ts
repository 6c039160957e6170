import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { RESOLVERS } from './data';
import { SUBGRAPHS } from './graph';

/**
 * The four subgraphs on one port, told apart by path, as cheap as they can be: what was answered once is answered again from
 * memory by the text of the request, so that the load they share a core with is all that costs. Speaks just enough HTTP/1.1,
 * pipelining included. `GET /calls` tells how many calls there were.
 */
const HEAD_END = Buffer.from('\r\n\r\n');

class Subgraphs {
  calls = 0;
  private readonly schemas = new Map<string, GraphQLSchema>();
  private readonly answers = new Map<string, Map<string, Buffer | Promise<Buffer>>>();

  constructor() {
    for (const [name, sdl] of Object.entries(SUBGRAPHS)) {
      this.schemas.set(`/${name}`, buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: RESOLVERS[name] as never }]));
      this.answers.set(`/${name}`, new Map());
    }
  }

  answer(path: string, body: string): Buffer | Promise<Buffer> {
    const schema = this.schemas.get(path);
    const known = this.answers.get(path);
    if (!schema || !known) return httpAnswer(JSON.stringify({ calls: this.calls }));
    this.calls += 1;
    let answer = known.get(body);
    if (!answer) {
      answer = this.execute(schema, body).then((fresh) => {
        known.set(body, fresh);
        return fresh;
      });
      known.set(body, answer);
    }
    return answer;
  }

  private async execute(schema: GraphQLSchema, body: string): Promise<Buffer> {
    const { query, variables, operationName } = JSON.parse(body) as {
      query: string;
      variables?: Record<string, unknown>;
      operationName?: string;
    };
    const result: ExecutionResult = await execute({
      schema,
      document: parse(query),
      variableValues: variables,
      operationName,
      rootValue: {},
    });
    return httpAnswer(JSON.stringify(result));
  }
}

function httpAnswer(text: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Requests of one connection, answered in their order. */
class Connection {
  private buffered: Buffer = Buffer.alloc(0);
  private waiting: Promise<void> | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly subgraphs: Subgraphs,
  ) {}

  take(chunk: Buffer): void {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    this.socket.cork();
    while (this.takeOne());
    this.socket.uncork();
  }

  private takeOne(): boolean {
    const end = this.buffered.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.buffered.toString('latin1', 0, end);
    const from = end + HEAD_END.length;
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const body = isChunked ? chunkedBody(this.buffered, from) : { text: '', to: from + length };
    if (!body || this.buffered.length < body.to) return false;
    const text = isChunked ? body.text : this.buffered.toString('utf8', from, body.to);
    this.buffered = this.buffered.subarray(body.to);
    this.send(this.subgraphs.answer(head.split(' ', 2)[1] ?? '/', text));
    return true;
  }

  private send(answer: Buffer | Promise<Buffer>): void {
    if (!this.waiting && answer instanceof Buffer) return void this.socket.write(answer);
    const before = this.waiting ?? Promise.resolve();
    const waiting = before.then(async () => {
      this.socket.write(await answer);
      if (this.waiting === waiting) this.waiting = null;
    });
    this.waiting = waiting;
  }
}

/** `null` while parts are missing. */
function chunkedBody(buffer: Buffer, from: number): { text: string; to: number } | null {
  let text = '';
  for (let at = from; ;) {
    const lineEnd = buffer.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(buffer.toString('latin1', at, lineEnd), 16);
    const begin = lineEnd + 2;
    if (buffer.length < begin + size + 2) return null;
    text += buffer.toString('utf8', begin, begin + size);
    at = begin + size + 2;
    if (size === 0) return { text, to: at };
  }
}

const subgraphs = new Subgraphs();
const server = createServer({ noDelay: true }, (socket) => {
  const connection = new Connection(socket, subgraphs);
  socket.on('data', (chunk) => connection.take(chunk));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on('disconnect', () => process.exit(0));
