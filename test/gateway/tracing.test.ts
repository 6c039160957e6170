import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

describe('tracing', () => {
  it("makes one trace of a request, its subgraph calls over HTTP and what they do, under the client's own", async () => {
    const { collector, spans } = await collectorOfSpans();
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    // A process of its own: the exporter imports modules dynamically, which Jest's sandbox cannot.
    const child = spawn(
      process.execPath,
      ['-r', join(__dirname, 'support/run-typescript.cjs'), join(__dirname, 'support/traced-request.ts'), endpoint],
      { stdio: 'inherit' },
    );
    const [exitCode] = await once(child, 'exit');
    expect(exitCode).toBe(0);
    collector.close();
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'books operation',
      'graphql request',
      'people operation',
      'subgraph books',
      'subgraph people',
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(['0af7651916cd43dd8448eb211c80319c']));
    const byName = new Map(spans.map((span) => [span.name, span]));
    expect(byName.get('graphql request')?.parentSpanId).toBe('b7ad6b7169203331');
    expect(byName.get('subgraph books')?.parentSpanId).toBe(byName.get('graphql request')?.spanId);
    expect(byName.get('books operation')?.parentSpanId).toBe(byName.get('subgraph books')?.spanId);
  }, 60_000);
});

async function collectorOfSpans(): Promise<{ collector: Server; spans: Span[] }> {
  const spans: Span[] = [];
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  return { collector, spans };
}
