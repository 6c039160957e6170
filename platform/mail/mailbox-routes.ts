import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler, Routes } from '../http';
import type { RenderedMail } from './mail-content';
import { escapeHtml } from './mail-html';

/** A mail as the dev mailbox shows it. */
export interface MailboxEntry extends RenderedMail {
  readonly id: number;
  readonly to: string;
  readonly createdAt: Date;
}

/** Where one subgraph's mails can be looked at when no SMTP server takes them. */
export interface Mailbox {
  /** The newest first. */
  list(limit: number): Promise<MailboxEntry[]>;
  byId(id: number): Promise<MailboxEntry | null>;
}

const SHOWN = 100;

/**
 * Two small pages that show mails, for development: `/dev/mailbox` and `/dev/mailbox/mail?box=user&id=1`. They hold links
 * that reset passwords, so they are shown to this machine alone.
 *
 * @param boxes by a name that stands in links
 */
export function createMailboxRoutes(boxes: Readonly<Record<string, Mailbox>>): Routes {
  return {
    'GET /dev/mailbox': forThisMachine(async (_request, response) => {
      const lists = Object.entries(boxes).map(async ([box, mailbox]) =>
        (await mailbox.list(SHOWN)).map((mail) => ({ box, mail })),
      );
      const mails = (await Promise.all(lists)).flat().toSorted((a, b) => b.mail.createdAt.getTime() - a.mail.createdAt.getTime());
      sendPage(response, 200, listPage(mails.slice(0, SHOWN)));
    }),
    'GET /dev/mailbox/mail': forThisMachine(async (request, response) => {
      const { searchParams } = new URL(request.url ?? '/', 'http://mailbox');
      const box = Object.hasOwn(boxes, searchParams.get('box') ?? '') ? boxes[searchParams.get('box') ?? ''] : undefined;
      const id = Number(searchParams.get('id'));
      const mail = box && Number.isSafeInteger(id) && id > 0 && id < 2 ** 31 ? await box.byId(id) : null;
      if (mail) sendPage(response, 200, mailPage(mail));
      else sendPage(response, 404, page('No such mail', '<p>There is no such mail. <a href="/dev/mailbox">All mails</a></p>'));
    }),
  };
}

function forThisMachine(handler: HttpHandler): HttpHandler {
  return (request, response) => {
    if (isFromThisMachine(request)) return handler(request, response);
    sendPage(response, 403, page('Not here', '<p>The dev mailbox is shown on the machine that runs the shop, at localhost.</p>'));
  };
}

/** By the connection, and by the name that the browser asked for: a page elsewhere may have its own name point to 127.0.0.1. */
function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  const isLoopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(socket.remoteAddress ?? '');
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return isLoopback && !isForwarded && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
}

function listPage(mails: readonly { readonly box: string; readonly mail: MailboxEntry }[]): string {
  const rows = mails.map(
    ({ box, mail }) =>
      `<tr><td>${mail.createdAt.toISOString()}</td><td>${escapeHtml(mail.to)}</td>` +
      `<td><a href="/dev/mailbox/mail?box=${encodeURIComponent(box)}&amp;id=${mail.id}">${escapeHtml(mail.subject)}</a></td></tr>`,
  );
  const table = `<table><thead><tr><th>when</th><th>to</th><th>subject</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
  return page('Dev mailbox', mails.length > 0 ? table : '<p>No mail yet.</p>');
}

function mailPage(mail: MailboxEntry): string {
  return page(
    mail.subject,
    `<p><a href="/dev/mailbox">All mails</a></p><p>To ${escapeHtml(mail.to)}, ${mail.createdAt.toISOString()}</p>
<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="The mail" srcdoc="${escapeHtml(mail.html)}"></iframe>
<h2>Plain text</h2><pre>${escapeHtml(mail.text)}</pre>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem}
table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:.4rem;border-bottom:1px solid #ddd}
iframe{width:100%;height:70vh;border:1px solid #ddd}pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}</style></head>
<body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src https: http:; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  });
  response.end(html);
}
