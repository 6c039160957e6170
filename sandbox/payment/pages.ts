import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../../platform/http';
import type { Api } from './api';
import { ApiError } from './api-error';
import { TEST_CARDS } from './cards';
import { answerShopper, isAtTheBank } from './intents';
import type { Ledger } from './ledger';
import type { Intent } from './objects';
import { intentOf } from './operations';

/** Beside the API, for people and proofs: test cards and payments, the bank's page, faults to order, and the whole ledger. */
export async function answerPage(api: Api, ledger: Ledger, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const [, intentId, verdict] = /^\/_sandbox\/3ds\/(\w+)(?:\/(approve|refuse))?$/.exec(path) ?? [];
  try {
    if (request.method === 'GET' && path === '/_sandbox/ledger') return await sendLedger(ledger, response);
    if (request.method === 'GET' && /^\/(_sandbox\/?)?$/.test(path)) return sendPage(response, indexPage(ledger));
    if (request.method === 'GET' && intentId && !verdict) return sendPage(response, bankPage(intentOf(ledger, intentId)));
    const [, operation] = /^\/_sandbox\/faults\/(\w+)$/.exec(path) ?? [];
    if (request.method === 'POST' && operation) return sendJson(response, 200, { failsNext: api.failNext(operation) });
    if (request.method === 'POST' && intentId && verdict) {
      return await answerAsShopper(api, intentOf(ledger, intentId), verdict === 'approve', request, response);
    }
    sendJson(response, 404, { error: 'not found' });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendJson(response, error.status, { error: error.body });
  }
}

/** A person goes back to the shop; a test gets the payment as JSON. */
async function answerAsShopper(
  api: Api,
  intent: Intent,
  isApproved: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await readBody(request, 10_000);
  const outcome = answerShopper(intent, isApproved);
  await api.keep(outcome);
  const back = intent.next_action?.redirect_to_url.return_url;
  if (request.headers.accept?.includes('text/html') && back) {
    const target = new URL(back);
    target.searchParams.set('payment_intent', intent.id);
    response.writeHead(303, { location: target.href }).end();
    return;
  }
  if (request.headers.accept?.includes('text/html'))
    return sendPage(response, shell('Thank you', '<p>You can close this page now.</p>'));
  sendJson(response, 200, outcome.body);
}

async function sendLedger(ledger: Ledger, response: ServerResponse): Promise<void> {
  await ledger.settled();
  const given = new Map<string, number>();
  for (const { payment_intent: id, amount, status } of ledger.refunds.values()) {
    if (status !== 'failed') given.set(id, (given.get(id) ?? 0) + amount);
  }
  const intents = [...ledger.intents.values()].map(({ client_secret: _secret, ...intent }) => ({
    ...intent,
    reference: intent.metadata['reference'] ?? null,
    amount_refunded: given.get(intent.id) ?? 0,
  }));
  const refunds = [...ledger.refunds.values()].map((refund) => ({ ...refund, reference: refund.metadata['reference'] ?? null }));
  sendJson(response, 200, {
    intents,
    refunds,
    events: ledger.events.size,
    undelivered: ledger.events.size - ledger.delivered.size,
  });
}

function indexPage(ledger: Ledger): string {
  const cards = TEST_CARDS.map(
    ({ names, does }) => `<tr><td>${names.map((name) => `<code>${name}</code>`).join(' ')}<td>${escape(does)}`,
  );
  const intents = [...ledger.intents.values()].slice(-50).toReversed();
  const rows = intents.map(
    (intent) =>
      `<tr><td><code>${intent.id}</code><td>${amountOf(intent)}<td>${escape(intent.status)}<td>${escape(intent.metadata['order'] ?? '')}<td>${
        isAtTheBank(intent) ? `<a href="/_sandbox/3ds/${intent.id}">the bank's page</a>` : ''
      }`,
  );
  return shell(
    'Payment sandbox',
    `<p>No real money. Pay with one of these names as <code>paymentToken</code>; <a href="/_sandbox/ledger">the whole ledger</a> is JSON.</p>
    <table><tr><th>Card<th>What it does${cards.join('')}</table>
    <h2>Latest payments</h2><table><tr><th>Payment<th>Amount<th>Status<th>Order<th>${rows.join('')}</table>`,
  );
}

function bankPage(intent: Intent): string {
  if (!isAtTheBank(intent))
    return shell('Your bank', `<p>Nothing to confirm: this payment is <b>${escape(intent.status)}</b>.</p>`);
  const button = (verdict: string, text: string) =>
    `<form method="post" action="/_sandbox/3ds/${intent.id}/${verdict}"><button>${text}</button></form>`;
  return shell(
    'Your bank',
    `<p>Do you pay <b>${amountOf(intent)}</b>?</p>${button('approve', 'Yes, pay')}${button('refuse', 'No, refuse')}`,
  );
}

function shell(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
    <style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}
    td,th{border-bottom:1px solid #ddd;padding:.4rem;text-align:left}button{font:inherit;padding:.6rem 1.5rem;margin:.3rem 0}</style>
    <h1>${title}</h1>${body}</html>`;
}

function amountOf({ amount, currency }: Intent): string {
  return `${(amount / 100).toFixed(2)} ${escape(currency.toUpperCase())}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function sendPage(response: ServerResponse, html: string): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action *",
  });
  response.end(html);
}
