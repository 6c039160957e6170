import { plannerBomb } from '../../gateway/support/open-graph';

/** One request that means harm: the body as it is sent. */
export interface HostileRequest {
  readonly family: string;
  readonly body: string;
}

/** A document of size about `n` (1 to 1,000); `seed` makes each a new one. */
type Family = (
  n: number,
  seed: number,
) => string | { readonly query: string; readonly variables?: unknown; readonly operationName?: string };

const times = (count: number, part: (at: number) => string): string =>
  Array.from({ length: Math.ceil(count) }, (_, at) => part(at)).join(' ');
const nested = (depth: number, open: string, inner: string, close = ' }'): string =>
  open.repeat(depth) + inner + close.repeat(depth);

const FAMILIES: Readonly<Record<string, Family>> = {
  'planner bomb': (_n, seed) => plannerBomb(seed),
  'planner bomb in pieces': (n, seed) =>
    `{ ${times(1 + (n % 15), (at) => `x${seed}_${at}: animal { ${nested(3, 'next { ', 'value')} }`)} }`,
  aliases: (n, seed) => `{ ${times(n, (at) => `a${seed}_${at}: plain { text }`)} }`,
  'aliases of __typename': (n, seed) => `{ ${times(n, (at) => `t${seed}_${at}: __typename`)} }`,
  'equal fields': (n, seed) => `{ s${seed}: plain { ${times(Math.min(n, 900), () => 'value')} } }`,
  'equal fields with fields': (n, seed) => `{ s${seed}: plain { ${times(Math.min(n, 300), () => 'plain { value }')} } }`,
  'equal fields, nested': (_n, seed) => {
    const twice = (depth: number): string =>
      depth === 0 ? 'value' : `plain { ${twice(depth - 1)} } plain { ${twice(depth - 1)} }`;
    return `{ s${seed}: plain { ${twice(7)} } }`;
  },
  'fragments on types': (n, seed) =>
    `{ s${seed}: animal { ${times(Math.min(n, 160), (at) => `... on ${['Ant', 'Bee', 'Cat'][at % 3]} { next { value } }`)} } }`,
  'fragments in a circle': (n, seed) =>
    `{ ...F${seed}_0 } ${times(Math.min(n, 300), (at) => `fragment F${seed}_${at} on Query { ...F${seed}_${(at + 1) % Math.min(n, 300)} }`)}`,
  'fragments of fragments': (n, seed) => {
    const depth = 2 + (n % 12);
    const parts = times(
      depth,
      (at) => `fragment F${at} on Plain { p${seed}: plain { ...F${at + 1} ...F${at + 1} } ...F${at + 1} }`,
    );
    return `{ plain { ...F0 } } ${parts} fragment F${depth} on Plain { value }`;
  },
  'fragments, all of all': (n, seed) => {
    const count = Math.min(28, 2 + (n % 28));
    const spreads = times(count, (at) => `...F${at}`);
    return `{ plain { ...F0 } } ${times(count, (at) => `fragment F${at} on Plain { v${seed}: value ${spreads} }`)}`;
  },
  depth: (n, seed) => `{ d${seed}: plain { ${nested(n % 600, 'plain { ', 'value')} } }`,
  'depth over lists': (n, seed) => `{ d${seed}: plain { ${nested(2 + (n % 9), 'plains(first: 100) { ', 'value')} } }`,
  directives: (n, seed) => `{ d${seed}: plain { value ${times(n, () => '@include(if: true)')} } }`,
  'unknown directives': (n, seed) => `{ plain { value ${times(n, (at) => `@d${seed}_${at}`)} } }`,
  'many conditions': (n, seed) => ({
    query: `query (${times(1 + (n % 20), (at) => `$c${at}: Boolean = true`)}) { plain { ${times(1 + (n % 20), (at) => `v${seed}_${at}: value @include(if: $c${at})`)} } }`,
    variables: Object.fromEntries(Array.from({ length: 1 + (n % 20) }, (_, at) => [`c${at}`, (seed >> (at % 16)) % 2 === 0])),
  }),
  'unknown fields': (n, seed) => `{ ${times(n, (at) => `plaim${seed}_${at}`)} }`,
  'unknown fields with long names': (n, seed) => `{ ${times(n / 5, (at) => `${'plain'.repeat(200)}${seed}_${at}`)} }`,
  'unknown types': (n, seed) => `{ ${times(n / 3, (at) => `... on Plai${seed}_${at} { value }`)} }`,
  'many operations': (n, seed) => ({
    query: times(n / 3, (at) => `query Q${seed}_${at} { plain { value } }`),
    operationName: `Q${seed}_0`,
  }),
  'many operations of one fragment': (n, seed) => ({
    query: `${times(n / 8, (at) => `query Q${seed}_${at} { ...F }`)} fragment F on Query { ${times(n / 8, () => '__typename')} }`,
    operationName: `Q${seed}_0`,
  }),
  'many variables': (n, seed) =>
    `query (${times(n / 3, (at) => `$v${at}: Int`)}) { e${seed}: echo(numbers: [[${times(n / 3, (at) => `$v${at}`)}]]) }`,
  'long lists in variables': (n, seed) => ({
    query: `query ($l: [[Int]]) { e${seed}: echo(numbers: $l) }`,
    variables: { l: [Array.from({ length: n * 50 }, (_, at) => at)] },
  }),
  'wrong lists in variables': (n, seed) => ({
    query: `query ($l: [[Int]]) { e${seed}: echo(numbers: $l) }`,
    variables: { l: [Array.from({ length: n * 15 }, (_, at) => `no${at}`)] },
  }),
  'deep variables': (n, seed) => {
    const depth = n * 10;
    return `{"query":"query ($t: Tree) { e${seed}: echo(tree: $t) }","variables":{"t":${'{"left":'.repeat(depth)}{}${'}'.repeat(depth)}}}`;
  },
  'deep lists in variables': (n, seed) =>
    `{"query":"query ($l: [[Int]]) { e${seed}: echo(numbers: $l) }","variables":{"l":${'['.repeat(n * 100)}${']'.repeat(n * 100)}}}`,
  'deep values': (n, seed) => `{ e${seed}: echo(tree: ${nested(n % 400, '{ left: ', '{}')}) }`,
  'deep lists': (n, seed) => `{ e${seed}: echo(numbers: ${nested(n % 900, '[', '1', ']')}) }`,
  'long strings': (n, seed) => `{ e${seed}: echo(text: "${'x'.repeat(n * 250)}") }`,
  'strings of escapes': (n, seed) => `{ e${seed}: echo(text: "${'\\u00e9'.repeat(n * 30)}") }`,
  'block strings': (n, seed) => `{ e${seed}: echo(text: """${'\n  x'.repeat(n * 50)}""") }`,
  'strange letters': (n, seed) => `{ e${seed}: echo(text: "${'\u{1f600}\u202e\ufeff\ud800'.repeat(n * 10)}") }`,
  braces: (n) => '{'.repeat(n * 1_000),
  'nothing but space': (n, seed) => `${' ,\t\n'.repeat(n * 60)}{ s${seed}: __typename }`,
  comments: (n, seed) => `${'#x\n'.repeat(n * 80)}{ s${seed}: __typename }`,
  'a long name': (n, seed) => ({ query: `query ${'Q'.repeat(n * 200)}${seed} { plain { value } }` }),
  'a long operationName': (n, seed) => ({ query: `{ s${seed}: plain { value } }`, operationName: 'Q'.repeat(n * 200) }),
  introspection: (n, seed) =>
    `{ i${seed}: __schema { types { ${times(1 + (n % 25), (at) => `f${at}: fields { type { name fields { name } } }`)} } } }`,
  'introspection by depth': (n, seed) =>
    `{ __type(name: "Ant") { name${seed}: name ${nested(n % 30, 'fields { type { ', 'name', ' } }')} } }`,
  definitions: (n, seed) => `${times(n / 6, (at) => `type T${seed}_${at} { a: Int }`)} { plain { value } }`,
  subscriptions: (_n, seed) => `subscription { s${seed}: nothing }`,
  'no JSON': (n) => '{"query":'.repeat(n),
  'a list of requests': (n, seed) =>
    `[${Array.from({ length: Math.ceil(n) }, () => `{"query":"{ b${seed}: __typename }"}`).join(',')}]`,
};

/** The first so many requests are one of each family, of the largest size. */
export const FAMILY_COUNT = Object.keys(FAMILIES).length;

const RAW = new Set(['deep variables', 'deep lists in variables', 'no JSON', 'a list of requests']);

/** `count` requests, the families in turns, sizes and contents from a seed. */
export function hostileRequests(count: number, random: () => number): HostileRequest[] {
  const families = Object.entries(FAMILIES);
  return Array.from({ length: count }, (_, at) => {
    const [family, make] = families[at % families.length] as [string, Family];
    // The first round is of the largest: what is worst is always among them.
    const size = at < families.length ? 1_000 : 1 + Math.floor(random() * 1_000);
    const made = make(size, at);
    if (typeof made === 'string' && RAW.has(family)) return { family, body: made };
    return { family, body: JSON.stringify(typeof made === 'string' ? { query: made } : made) };
  });
}
