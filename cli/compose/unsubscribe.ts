import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { anonymous } from '../../platform/auth';
import type { SubgraphClient } from '../../platform/federation';
import type { HttpHandler, Routes } from '../../platform/http';
import { escapeHtml } from '../../platform/mail';

const STOP = 'mutation ($input: StopCartRemindersInput!) { stopCartReminders(input: $input) { isStopped } }';

/**
 * The page behind the link in reminders. Mail programs that know RFC 8058 post to it without showing it; a GET changes
 * nothing, since programs also follow links to look for viruses.
 */
export function unsubscribeRoutes(order: SubgraphClient): Routes {
  const stop: HttpHandler = async (request, response) => {
    // What is posted says nothing that the address does not.
    request.resume();
    const variables = { input: { token: tokenOf(request.url) } };
    const { data } = await order.execute({ query: STOP, variables, viewer: anonymous, requestId: randomUUID() });
    const { isStopped } = (data?.['stopCartReminders'] ?? { isStopped: false }) as { isStopped: boolean };
    if (isStopped) sendPage(response, 200, 'No more reminders', 'You get no more reminders of carts.');
    else sendPage(response, 404, 'This link does not work', 'Please take the whole link out of the mail.');
  };
  return {
    'POST /unsubscribe': stop,
    'GET /unsubscribe': (request, response) => {
      const action = `/unsubscribe?token=${encodeURIComponent(tokenOf(request.url))}`;
      const form = `<form method="post" action="${escapeHtml(action)}"><button>No more reminders</button></form>`;
      sendPage(response, 200, 'Reminders of carts', 'Do you want to get no more of them?', form);
    },
  };
}

function tokenOf(url: string | undefined): string {
  return new URL(url ?? '/', 'http://gateway').searchParams.get('token') ?? '';
}

function sendPage(response: ServerResponse, status: number, title: string, text: string, form = ''): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  });
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><style>body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}button{font:inherit;padding:.6rem 1rem}</style></head>
<body><h1>${title}</h1><p>${text}</p>${form}</body></html>`);
}
