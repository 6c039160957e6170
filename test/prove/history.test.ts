import type { Asked, Entry, Line, Outcome } from './history/history';
import { judge, type FinalOrder } from './history/judge';

const LAMP = 1;
const UNITS = new Map([[LAMP, 2]]);

const order = (number: string, key: string, more: Partial<FinalOrder> = {}): FinalOrder => ({
  number,
  key,
  cart: `cart of ${key}`,
  total: '10.00',
  isCancelled: false,
  lines: [{ ware: LAMP, quantity: 1 }],
  ...more,
});
const told = (number: string, total = '10.00'): Outcome => ({ kind: 'ORDERED', number, total, isReplayed: false });
const refused = (...codes: string[]): Outcome => ({ kind: 'REFUSED', codes });
const LOST: Outcome = { kind: 'UNKNOWN', why: 'timeout' };

/** A history in which each request ends before the next begins, unless its `until` says when. */
function story(...parts: (Partial<Asked> & { outcome: Outcome; until?: number })[]): Entry[] {
  return parts.flatMap(({ outcome, until, ...more }, at): Entry[] => {
    const key = more.key ?? 'a';
    const lines: readonly Line[] = [{ ware: LAMP, quantity: 1 }];
    const asked: Asked = {
      kind: 'asked',
      atMs: at * 10,
      request: at,
      key,
      cart: `cart of ${key}`,
      input: 'same',
      isDryRun: false,
      lines,
      ...more,
    };
    return [asked, { kind: 'ended', atMs: until ?? at * 10 + 5, request: at, outcome }];
  });
}

function rulesBroken(entries: Entry[], orders: FinalOrder[], units = UNITS): string[] {
  return [...new Set(judge(entries, { orders, units }).map(({ rule }) => rule))];
}

test.each<[string, Entry[], FinalOrder[]]>([
  ['an order that was told', story({ outcome: told('N1') }), [order('N1', 'a')]],
  ['a lost answer, the order there', story({ outcome: LOST }), [order('N1', 'a')]],
  ['a lost answer, no order there', story({ outcome: LOST }), []],
  ['a retry that replays', story({ outcome: LOST }, { outcome: told('N1') }, { outcome: told('N1') }), [order('N1', 'a')]],
  ['refused first, taken later', story({ outcome: refused('UPSTREAM') }, { outcome: told('N1') }), [order('N1', 'a')]],
  [
    'another input refused',
    story({ outcome: told('N1') }, { input: 'other', outcome: refused('IDEMPOTENCY_KEY_REUSED') }),
    [order('N1', 'a')],
  ],
  [
    'a double click whose second is refused while the first runs',
    story({ outcome: told('N1'), until: 30 }, { outcome: refused('CART_EMPTY') }),
    [order('N1', 'a')],
  ],
  ['a dry run', story({ isDryRun: true, outcome: { kind: 'QUOTED' } }), []],
  [
    'sold out after two',
    story({ key: 'a', outcome: told('N1') }, { key: 'b', outcome: LOST }, { key: 'c', outcome: refused('INSUFFICIENT_STOCK') }),
    [order('N1', 'a')],
  ],
])('a good history passes: %s', (_name, entries, orders) => {
  expect(rulesBroken(entries, orders)).toEqual([]);
});

test.each<[string, Entry[], FinalOrder[]]>([
  ['one order a key', story({ outcome: LOST }), [order('N1', 'a'), order('N2', 'a')]],
  ['what was told is there', story({ outcome: told('N1') }), []],
  ['what was told is there', story({ outcome: told('N1') }), [order('N2', 'a')]],
  ['all answers agree', story({ outcome: told('N1') }, { outcome: told('N2') }), [order('N1', 'a'), order('N2', 'a')]],
  ['the total that was told', story({ outcome: told('N1', '9.00') }), [order('N1', 'a')]],
  ['a key means one input', story({ outcome: told('N1') }, { input: 'other', outcome: told('N1') }), [order('N1', 'a')]],
  ['an order told stays told', story({ outcome: told('N1') }, { outcome: refused('CART_EMPTY') }), [order('N1', 'a')]],
  ['refused means refused', story({ outcome: LOST }, { outcome: refused('PAYMENT_DECLINED') }), [order('N1', 'a')]],
  ['dry runs do nothing', story({ isDryRun: true, outcome: { kind: 'QUOTED' } }), [order('N1', 'a')]],
  ['nobody asked', story({ outcome: LOST }), [order('N1', 'stranger')]],
  [
    'one order a cart',
    story({ key: 'a', cart: 'c', outcome: LOST }, { key: 'b', cart: 'c', outcome: LOST }),
    [order('N1', 'a', { cart: 'c' }), order('N2', 'b', { cart: 'c' })],
  ],
  [
    'no more is sold than there is',
    story({ key: 'a', outcome: LOST }, { key: 'b', outcome: LOST }, { key: 'c', outcome: LOST }),
    [order('N1', 'a'), order('N2', 'b'), order('N3', 'c')],
  ],
  [
    'no more is told than there is',
    story({ key: 'a', outcome: told('N1') }, { key: 'b', outcome: told('N2') }, { key: 'c', outcome: told('N3') }),
    [order('N1', 'a'), order('N2', 'b'), order('N3', 'c', { isCancelled: true })],
  ],
  [
    'sold out means sold out',
    story({ key: 'a', outcome: told('N1') }, { key: 'b', outcome: refused('INSUFFICIENT_STOCK') }),
    [order('N1', 'a')],
  ],
])('a bad history is caught: %s', (rule, entries, orders) => {
  expect(rulesBroken(entries, orders)).toContain(rule);
});

test('a violation shows the requests that it is about', () => {
  const [found] = judge(story({ outcome: told('N1') }, { outcome: told('N2') }, { key: 'b', outcome: LOST }), {
    orders: [order('N1', 'a'), order('N2', 'a')],
    units: new Map(),
  });
  expect(found?.history.map((entry) => (entry as Asked).key)).toEqual(['a', 'a']);
});
