import { missing } from './api-error';
import { textOf, textsOf, type Form } from './form';
import { cancelIntent, captureIntent, confirmIntent, createIntent, type Call, type Outcome } from './intents';
import type { Ledger } from './ledger';
import { listPage, type Page } from './lists';
import type { Intent } from './objects';
import { createRefund } from './refunds';

type Change = (call: Call, id: string) => Outcome;

const CHANGES: readonly [pattern: RegExp, change: Change][] = [
  [/^\/v1\/payment_intents$/, (call) => createIntent(call)],
  [/^\/v1\/payment_intents\/(\w+)\/confirm$/, (call, id) => confirmIntent(intentOf(call.ledger, id), call)],
  [/^\/v1\/payment_intents\/(\w+)\/capture$/, (call, id) => captureIntent(intentOf(call.ledger, id), call)],
  [/^\/v1\/payment_intents\/(\w+)\/cancel$/, (call, id) => cancelIntent(intentOf(call.ledger, id), call)],
  [/^\/v1\/refunds$/, (call) => createRefund(call)],
];

/** What `POST path` does; `null` when there is no such operation. */
export function changeAt(path: string): ((call: Call) => Outcome) | null {
  for (const [pattern, change] of CHANGES) {
    const match = pattern.exec(path);
    if (match) return (call) => change(call, match[1] ?? '');
  }
  return null;
}

/** What `changeAt` knows, by the names that people give it. */
export const OPERATIONS: ReadonlySet<string> = new Set(['create', 'confirm', 'capture', 'cancel', 'refund']);

/** The name of what `POST path` does. */
export function operationAt(path: string): string {
  if (path.endsWith('/refunds')) return 'refund';
  return path.endsWith('/payment_intents') ? 'create' : path.slice(path.lastIndexOf('/') + 1);
}

type Read = (ledger: Ledger, form: Form, id: string, path: string) => object;

const READS: readonly [pattern: RegExp, read: Read][] = [
  [
    /^\/v1\/payment_intents$/,
    (ledger, form, _id, path) => withCharges(ledger, form, listPage(path, form, ledger.intents.values())),
  ],
  [/^\/v1\/payment_intents\/search$/, (ledger, form, _id, path) => searchIntents(ledger, form, path)],
  [/^\/v1\/payment_intents\/(\w+)$/, (ledger, _form, id) => intentOf(ledger, id)],
  [/^\/v1\/refunds$/, (ledger, form, _id, path) => listPage(path, form, refundsOf(ledger, form))],
  [/^\/v1\/refunds\/(\w+)$/, (ledger, _form, id) => ledger.refunds.get(id) ?? fail(missing('refund', id))],
  [/^\/v1\/events$/, (ledger, form, _id, path) => listPage(path, form, ledger.events.values())],
  [/^\/v1\/events\/(\w+)$/, (ledger, _form, id) => ledger.events.get(id) ?? fail(missing('event', id))],
];

/** What `GET path` answers; `null` when there is nothing there. */
export function readAt(path: string, ledger: Ledger, form: Form): object | null {
  for (const [pattern, read] of READS) {
    const match = pattern.exec(path);
    if (match) return read(ledger, form, match[1] ?? '', path);
  }
  return null;
}

export function intentOf(ledger: Ledger, id: string): Intent {
  return ledger.intents.get(id) ?? fail(missing('payment_intent', id, 'intent'));
}

/** `expand[]=data.latest_charge` puts the charge in place of its name. */
function withCharges(ledger: Ledger, form: Form, page: Page<Intent>): object {
  if (!Object.values(textsOf(form, 'expand')).includes('data.latest_charge')) return page;
  return { ...page, data: page.data.map((intent) => ({ ...intent, latest_charge: chargeOf(ledger, intent) })) };
}

function chargeOf(ledger: Ledger, { id, latest_charge: charge, amount_received: amount }: Intent): object | null {
  if (charge === null) return null;
  const given = ledger.refundsOf(id).filter(({ status }) => status !== 'failed');
  return {
    id: charge,
    object: 'charge',
    amount,
    amount_refunded: given.reduce((sum, refund) => sum + refund.amount, 0),
    payment_intent: id,
  };
}

function refundsOf(ledger: Ledger, form: Form) {
  const intent = textOf(form, 'payment_intent');
  return intent === null ? ledger.refunds.values() : ledger.refundsOf(intent);
}

/** Of Stripe's query language only `metadata['name']:'value'`. */
function searchIntents(ledger: Ledger, form: Form, path: string): object {
  const [, name = '', value = ''] = /^metadata\['([^']+)'\]:'([^']*)'$/.exec(textOf(form, 'query') ?? '') ?? [];
  const data = [...ledger.intents.values()].filter(({ metadata }) => metadata[name] === value).toReversed();
  return { object: 'search_result', url: path, has_more: false, next_page: null, data: data.slice(0, 100) };
}

function fail(error: Error): never {
  throw error;
}
