import { Kind, parse, print, validate, visit, type DocumentNode, type SelectionNode } from 'graphql';
import { loadSupergraph, type LoadedSupergraph } from '../../gateway/supergraph/load';
import { createLogger } from '../../platform/observability';
import { testGateway, type TestGateway } from './support/gateway';
import { librarySupergraph } from './support/library';
import { readParts } from './support/multipart';
import { randomFrom, randomQuery } from './support/random-operation';

const OPERATIONS = 60;
const BIG = { depth: 60, aliases: 1_000, rootFields: 100, fields: 10_000, directives: 1_000, tokens: 20_000, cost: 1e9 };

type Data = Record<string, unknown>;

describe('the parts of an answer', () => {
  let gateway: TestGateway;
  let supergraph: LoadedSupergraph;

  beforeAll(async () => {
    gateway = await testGateway({ limits: BIG, responseCache: false });
    supergraph = await loadSupergraph(librarySupergraph(), createLogger({ logLevel: 'silent' }, 'test'));
  });
  afterAll(() => gateway.stop());

  it(`are together what is answered in one piece, for ${OPERATIONS} random operations`, async () => {
    let inParts = 0;
    for (let seed = 1, compared = 0; compared < OPERATIONS; seed += 1) {
      const random = randomFrom(seed * 104_729);
      const whole = parse(randomQuery(supergraph.apiSchema, random));
      if (validate(supergraph.apiSchema, whole).length > 0) continue;
      compared += 1;
      const query = print(withDefers(whole, random));
      const { body } = await gateway.query(print(whole));
      const union = await unionOf(query);
      if (union.parts > 1) inParts += 1;
      expect({ seed, query, data: union.data, errors: union.errors }).toEqual({ seed, query, data: body.data, errors: [] });
    }
    expect(inParts).toBeGreaterThan(OPERATIONS / 2);
  }, 120_000);

  async function unionOf(query: string): Promise<{ data: unknown; errors: unknown[]; parts: number }> {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed;deferSpec=20220824,application/json' },
      body: JSON.stringify({ query }),
    });
    if (!response.headers.get('content-type')?.startsWith('multipart/mixed')) {
      const { data, errors = [] } = (await response.json()) as { data: unknown; errors?: unknown[] };
      return { data, errors, parts: 1 };
    }
    let data: unknown;
    let parts = 0;
    let hasNext = true;
    const errors: unknown[] = [];
    for await (const part of readParts(response)) {
      parts += 1;
      ({ hasNext } = part);
      errors.push(...(part.errors ?? []));
      if (part.data !== undefined) ({ data } = part);
      for (const { path = [], data: added, errors: own = [] } of part.incremental ?? []) {
        errors.push(...own);
        const place = path.reduce((value: unknown, key) => (value as Data)[key], data);
        merge(place as Data, added as Data);
      }
    }
    expect(hasNext).toBe(false);
    return { data, errors, parts };
  }
});

/** Some selections of each set are put into deferred fragments, and some fragments are deferred as they are. */
function withDefers(document: DocumentNode, random: () => number): DocumentNode {
  return visit(document, {
    SelectionSet: {
      leave: (set) => {
        const kept: SelectionNode[] = [];
        const later: SelectionNode[] = [];
        for (const selection of set.selections) (random() < 0.25 ? later : kept).push(selection);
        if (later.length === 0) return undefined;
        return { ...set, selections: [...kept, deferredFragment(later)] };
      },
    },
    InlineFragment: {
      leave: (node) => (random() < 0.1 && node.directives?.length === 0 ? { ...node, directives: [DEFER] } : undefined),
    },
  });
}

const DEFER = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' } } as const;

function deferredFragment(selections: readonly SelectionNode[]): SelectionNode {
  return { kind: Kind.INLINE_FRAGMENT, directives: [DEFER], selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

/** As clients merge a part into what they have. */
function merge(target: Data, added: Data): void {
  for (const [key, value] of Object.entries(added)) {
    const present = target[key];
    if (typeof present === 'object' && present !== null && typeof value === 'object' && value !== null)
      merge(present as Data, value as Data);
    else target[key] = value;
  }
}
