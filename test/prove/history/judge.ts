import type { Asked, Entry, Line, Outcome } from './history';

/** What is there when all has come to rest. */
export interface FinalState {
  readonly orders: readonly FinalOrder[];
  /** How many units of each ware there were to sell. */
  readonly units: ReadonlyMap<number, number>;
}

export interface FinalOrder {
  readonly number: string;
  readonly key: string;
  readonly cart: string;
  readonly total: string;
  readonly isCancelled: boolean;
  readonly lines: readonly Line[];
}

export interface Violation {
  readonly rule: string;
  readonly what: string;
  /** The lines that show it. */
  readonly history: readonly Entry[];
}

/** A request with how it ended; `endedAtMs` is infinite when its client never knew. */
interface Request extends Asked {
  readonly outcome: Outcome;
  readonly endedAtMs: number;
}

const SOLD_OUT = 'INSUFFICIENT_STOCK';

/**
 * Judges from outside whether every order was placed exactly once: by what clients sent and were told, and by what is
 * there in the end. A request without an answer may have had its effect or not, but not both.
 */
export function judge(entries: readonly Entry[], final: FinalState): Violation[] {
  const requests = requestsOf(entries);
  const byKey = Map.groupBy(requests, ({ key }) => key);
  const ordersByKey = Map.groupBy(final.orders, ({ key }) => key);
  return [
    ...[...byKey].flatMap(([key, sent]) => judgeKey(key, sent, ordersByKey.get(key) ?? [])),
    ...final.orders.flatMap((order) => (byKey.has(order.key) ? [] : [violation('nobody asked', `order ${order.number}`, [])])),
    ...judgeCarts(requests, final.orders),
    ...judgeStock(requests, final),
  ];
}

/** Counts what clients met, for the transcript. */
export function tally(entries: readonly Entry[]): {
  readonly requests: number;
  readonly keys: number;
  readonly unknown: number;
  readonly endings: ReadonlyMap<string, number>;
} {
  const requests = requestsOf(entries);
  const endings = new Map<string, number>();
  for (const { outcome } of requests) endings.set(nameOf(outcome), (endings.get(nameOf(outcome)) ?? 0) + 1);
  return {
    endings,
    requests: requests.length,
    keys: new Set(requests.map(({ key }) => key)).size,
    unknown: requests.filter(({ outcome }) => outcome.kind === 'UNKNOWN').length,
  };
}

function nameOf(outcome: Outcome): string {
  if (outcome.kind === 'UNKNOWN') return outcome.why;
  if (outcome.kind === 'REFUSED') return outcome.codes.join(' + ');
  return outcome.kind === 'ORDERED' && outcome.isReplayed ? 'ORDERED, replayed' : outcome.kind;
}

function requestsOf(entries: readonly Entry[]): Request[] {
  const ends = new Map(entries.flatMap((entry) => (entry.kind === 'ended' ? [[entry.request, entry] as const] : [])));
  return entries.flatMap((entry) => {
    if (entry.kind !== 'asked') return [];
    const end = ends.get(entry.request);
    const outcome = end?.outcome ?? { kind: 'UNKNOWN' as const, why: 'the history ends here' };
    return [{ ...entry, outcome, endedAtMs: outcome.kind === 'UNKNOWN' ? Infinity : (end?.atMs ?? Infinity) }];
  });
}

function judgeKey(key: string, sent: readonly Request[], orders: readonly FinalOrder[]): Violation[] {
  const found: Violation[] = [];
  const say = (rule: string, what: string): void => void found.push(violation(rule, `${key}: ${what}`, sent));
  const [order] = orders;
  if (orders.length > 1) say('one order a key', `${orders.length} orders, ${orders.map(({ number }) => number).join(', ')}`);
  const inputs = new Set(sent.map(({ input }) => input));
  if (order && sent.every(({ isDryRun }) => isDryRun)) say('dry runs do nothing', `order ${order.number} exists`);
  for (const { outcome, input, isDryRun } of sent) {
    if (outcome.kind !== 'ORDERED') continue;
    if (isDryRun) say('dry runs do nothing', `order ${outcome.number} was told`);
    if (!orders.some(({ number }) => number === outcome.number)) say('what was told is there', `order ${outcome.number} is not`);
    if (order && order.number === outcome.number && order.total !== outcome.total)
      say('the total that was told', `${outcome.total} was told, ${order.total} is there`);
    if (sent.some((other) => other.input !== input && other.outcome.kind === 'ORDERED'))
      say('a key means one input', `${inputs.size} inputs were answered with orders`);
  }
  const numbers = new Set(sent.flatMap(({ outcome }) => (outcome.kind === 'ORDERED' ? [outcome.number] : [])));
  if (numbers.size > 1) say('all answers agree', `told ${[...numbers].join(', ')}`);
  return [...found, ...judgeRefusals(key, sent, order)];
}

/** A refusal may come before a later request succeeds; it may not take back an order, nor be the last word on one that exists. */
function judgeRefusals(key: string, sent: readonly Request[], order: FinalOrder | undefined): Violation[] {
  const refusals = sent.filter(isFinalRefusal);
  const told = sent.filter(({ outcome }) => outcome.kind === 'ORDERED');
  const takenBack = refusals.find((refusal) =>
    told.some(({ endedAtMs, input }) => input === refusal.input && endedAtMs < refusal.atMs),
  );
  if (takenBack) return [violation('an order told stays told', `${key}: refused afterwards`, sent)];
  if (!order || told.length > 0) return [];
  const last = sent.filter(({ outcome, isDryRun }) => outcome.kind !== 'UNKNOWN' && !isDryRun).at(-1);
  const isLastWord = last !== undefined && isFinalRefusal(last) && sent.every(({ atMs }) => atMs <= last.atMs);
  return isLastWord ? [violation('refused means refused', `${key}: order ${order.number} exists`, sent)] : [];
}

function isFinalRefusal({ outcome }: Request): boolean {
  return outcome.kind === 'REFUSED' && !outcome.codes.includes('IDEMPOTENCY_KEY_REUSED');
}

/** A cart is ordered once, in whichever tab. */
function judgeCarts(requests: readonly Request[], orders: readonly FinalOrder[]): Violation[] {
  return [...Map.groupBy(orders, ({ cart }) => cart)].flatMap(([cart, made]) => {
    if (new Set(made.map(({ key }) => key)).size < 2) return [];
    const sent = requests.filter((request) => request.cart === cart);
    return [violation('one order a cart', `${cart}: ${made.map(({ number }) => number).join(', ')}`, sent)];
  });
}

function judgeStock(requests: readonly Request[], { orders, units }: FinalState): Violation[] {
  return [...units].flatMap(([ware, available]) => {
    const wanted = requests.filter(({ lines, isDryRun }) => !isDryRun && lines.some((line) => line.ware === ware));
    const sold = sum(orders.filter(({ isCancelled }) => !isCancelled).map(({ lines }) => quantityOf(lines, ware)));
    return [
      ...(sold > available ? [violation('no more is sold than there is', `ware ${ware}: ${sold} of ${available}`, [])] : []),
      ...tooManyTold(ware, available, wanted),
      ...soldOutTooEarly(ware, available, wanted),
    ];
  });
}

/** Orders are told in the order of their answers: at no time may more units have been told than there are. */
function tooManyTold(ware: number, available: number, wanted: readonly Request[]): Violation[] {
  const told = new Set<string>();
  const history: Request[] = [];
  let units = 0;
  for (const request of wanted.toSorted((a, b) => a.endedAtMs - b.endedAtMs)) {
    if (request.outcome.kind !== 'ORDERED' || told.has(request.outcome.number)) continue;
    told.add(request.outcome.number);
    history.push(request);
    units += quantityOf(request.lines, ware);
    if (units > available) return [violation('no more is told than there is', `ware ${ware}: ${units} of ${available}`, history)];
  }
  return [];
}

/** "Sold out" needs somebody who may have had the units: everyone who asked before it was said, each time anew. */
function soldOutTooEarly(ware: number, available: number, wanted: readonly Request[]): Violation[] {
  const inOrder = wanted.toSorted((a, b) => a.atMs - b.atMs);
  return wanted.flatMap((refused) => {
    if (refused.outcome.kind !== 'REFUSED' || !refused.outcome.codes.includes(SOLD_OUT)) return [];
    // A cart of several wares may lack another one.
    if (refused.lines.length > 1) return [];
    const others = inOrder.filter(({ request, atMs }) => request !== refused.request && atMs < refused.endedAtMs);
    const claimed = sum(others.map(({ lines }) => quantityOf(lines, ware)));
    const wantedNow = quantityOf(refused.lines, ware);
    if (claimed + wantedNow > available) return [];
    return [violation('sold out means sold out', `ware ${ware}: only ${claimed} of ${available} had been asked for`, [refused])];
  });
}

function quantityOf(lines: readonly Line[], ware: number): number {
  return sum(lines.filter((line) => line.ware === ware).map(({ quantity }) => quantity));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function violation(rule: string, what: string, requests: readonly (Request | Entry)[]): Violation {
  return { rule, what, history: requests };
}
