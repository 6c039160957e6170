import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpHandler, Routes } from '../../platform/http';

/** Everything comes from this server: no CDN, no inline script. GraphiQL and its editor write styles into the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>GraphiQL</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/graphiql/graphiql.css">
  <link rel="stylesheet" href="/graphiql/page.css">
</head>
<body>
  <div id="graphiql">Loading ...</div>
  <script src="/graphiql/react.js"></script>
  <script src="/graphiql/react-dom.js"></script>
  <script src="/graphiql/graphiql.js"></script>
  <script src="/graphiql/start.js"></script>
</body>
</html>
`;

const PAGE_STYLE = 'html, body, #graphiql { height: 100%; margin: 0; }\n';

/**
 * Headers of the editor go with queries as HTTP headers and with subscriptions as connection parameters. A link to the
 * endpoint with `query` and `variables` opens with them, and nothing runs before a person presses the button.
 */
const START_SCRIPT = `const given = new URLSearchParams(location.search);
const endpoint = new URL('/graphql', location.href);
const socket = new URL('/graphql', location.href);
socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
const fetcher = GraphiQL.createFetcher({ url: endpoint.href, subscriptionUrl: socket.href });
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher,
    query: given.get('query') ?? undefined,
    variables: given.get('variables') ?? undefined,
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: true,
  }),
);
`;

interface Asset {
  readonly type: string;
  readonly read: () => Promise<Buffer>;
}

const ASSETS: Readonly<Record<string, Asset>> = {
  'graphiql.js': packaged('graphiql', 'graphiql.min.js', 'text/javascript'),
  'graphiql.css': packaged('graphiql', 'graphiql.min.css', 'text/css'),
  'react.js': packaged('react', 'umd/react.production.min.js', 'text/javascript'),
  'react-dom.js': packaged('react-dom', 'umd/react-dom.production.min.js', 'text/javascript'),
  'start.js': inline(START_SCRIPT, 'text/javascript'),
  'page.css': inline(PAGE_STYLE, 'text/css'),
};

/** Whether a browser asks for a page to look at, not for data. */
export function wantsPage(request: IncomingMessage): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const accept = request.headers.accept ?? '';
  return accept.includes('text/html') && !/application\/(graphql-response\+)?json/.test(accept);
}

export function servePage(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(PAGE),
    'cache-control': 'no-cache',
    ...SAFETY,
  });
  response.end(PAGE);
}

/** Where introspection is off, so is the IDE, which lives on it. */
export function serveNoPage(response: ServerResponse): void {
  const text = 'This is a GraphQL endpoint: send operations as POST with a JSON body.\n';
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length, ...SAFETY }).end(text);
}

/** GraphiQL's files, read from their packages when first asked for. */
export function graphiqlRoutes(): Routes {
  return Object.fromEntries(Object.entries(ASSETS).map(([name, asset]) => [`GET /graphiql/${name}`, serveAsset(asset)]));
}

const SAFETY = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const compress = promisify(gzip);

function serveAsset(asset: Asset): HttpHandler {
  let loading: Promise<{ plain: Buffer; zipped: Buffer; tag: string }> | null = null;
  return async (request, response) => {
    loading ??= load(asset);
    const { plain, zipped, tag } = await loading;
    const headers = { etag: tag, 'cache-control': 'public, max-age=3600', vary: 'accept-encoding', ...SAFETY };
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304, headers).end();
      return;
    }
    const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = isZipped ? zipped : plain;
    const encoding = isZipped ? { 'content-encoding': 'gzip' } : {};
    response.writeHead(200, {
      ...headers,
      ...encoding,
      'content-type': `${asset.type}; charset=utf-8`,
      'content-length': body.length,
    });
    response.end(body);
  };
}

async function load(asset: Asset): Promise<{ plain: Buffer; zipped: Buffer; tag: string }> {
  const plain = await asset.read();
  return {
    plain,
    zipped: await compress(plain),
    tag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 20)}"`,
  };
}

function packaged(name: string, file: string, type: string): Asset {
  return { type, read: () => readFile(join(dirname(require.resolve(`${name}/package.json`)), file)) };
}

function inline(text: string, type: string): Asset {
  return { type, read: async () => Buffer.from(text) };
}
