import { FairQueue } from '../../gateway/planning/fair-queue';
import { planSupergraph, type PlannedSupergraph } from '../../gateway/planning/planned-supergraph';
import { DEFAULT_PLANNER_OPTIONS, Planner } from '../../gateway/planning/planner';
import { createLogger } from '../../platform/observability';
import { openSupergraph, plannerBomb } from './support/open-graph';

const URLS = new Map(['s0', 's1', 's2', 's3'].map((name) => [name, `http://${name}.invalid`]));

describe('planning in threads', () => {
  const noted: string[] = [];
  const planner = new Planner(
    { ...DEFAULT_PLANNER_OPTIONS, timeoutMs: 400, patienceMs: 60_000, queueLengthOfClient: 3 },
    {
      onRequestPlanned: (kind, outcome) => noted.push(`${kind} ${outcome}`),
      onQueue: () => undefined,
      onThread: () => undefined,
    },
    createLogger({ logLevel: 'silent' }, 'test'),
  );
  let supergraph: PlannedSupergraph;

  beforeAll(async () => {
    supergraph = await planSupergraph(openSupergraph(URLS), planner);
  }, 60_000);
  afterAll(() => planner.stop());
  beforeEach(() => noted.splice(0));

  const plan = (text: string, client = 'somebody') => supergraph.planning.plan(text, null, client);

  it('plans as the planner does, and says how long the plan is', async () => {
    const { plan: planned, characters } = await plan('{ plain { text } }');
    expect(planned.node).toMatchObject({ kind: 'Fetch', operation: '{plain{text}}' });
    expect(characters).toBe(JSON.stringify(planned).length);
  });

  it('tells what is wrong with a document, and where', async () => {
    const [error] = await supergraph.planning.validate('{\n  nothing\n}', true, 'somebody');
    expect(error?.message).toContain('Cannot query field "nothing"');
    expect(error?.locations).toEqual([{ line: 2, column: 3 }]);
    expect(await supergraph.planning.validate('{ plain { text } }', true, 'somebody')).toEqual([]);
  });

  it('ends a thread that takes too long, refuses the operation from then on at once, and serves others meanwhile', async () => {
    const bombs = [1, 2].map((seed) => plan(plannerBomb(seed), 'attacker').catch((error: unknown) => error));
    await expect(plan('{ plain { value } }', 'customer')).resolves.toBeDefined();
    for (const bomb of bombs) expect(await bomb).toMatchObject({ code: 'OPERATION_TOO_LARGE', details: { limit: 'planning' } });
    expect(noted.filter((line) => line === 'plan timeout')).toHaveLength(2);
    await expect(plan(plannerBomb(1), 'another')).rejects.toMatchObject({ code: 'OPERATION_TOO_LARGE' });
    expect(noted.filter((line) => line === 'plan timeout')).toHaveLength(2);
    await expect(plan('{ plain { value text } }')).resolves.toBeDefined();
  }, 60_000);

  it('is no fault of others when a document exhausts the stack', async () => {
    const fragments = Array.from({ length: 300 }, (_, at) => `fragment F${at} on Query { ...F${(at + 1) % 300} }`).join(' ');
    const errors = await supergraph.planning
      .validate(`{ ...F0 ...F100 } ${fragments}`, true, 'attacker')
      .catch((error: unknown) => error);
    expect(JSON.stringify(errors)).not.toBe('[]');
    await expect(plan('{ plain { value a: text } }')).resolves.toBeDefined();
  });

  it('refuses to wait for what was never a supergraph', async () => {
    await expect(planSupergraph('type Query { a: Int }', planner)).rejects.toThrow(/supergraph/i);
  });

  it('lets no client wait with more than its share', async () => {
    const asked = Array.from({ length: 8 }, (_, at) =>
      plan(`{ plain { a${at}: text } }`, 'busy').catch((error: unknown) => error),
    );
    const refused = (await Promise.all(asked)).filter((answer) => answer instanceof Error);
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) expect(error).toMatchObject({ code: 'OVERLOADED', details: { retryAfterSeconds: 1 } });
  });

  it('answers introspection, with variables', async () => {
    const text = 'query ($name: String!) { __type(name: $name) { name kind } }';
    expect(await supergraph.planning.introspect(text, { name: 'Plain' }, 'somebody')).toEqual({
      data: { __type: { name: 'Plain', kind: 'OBJECT' } },
    });
  });
});

describe('the queue', () => {
  it('lets clients take turns, and passes over who is being served', () => {
    const queue = new FairQueue<number>(10, 5);
    for (const work of [1, 2, 3]) queue.add('much', work);
    queue.add('little', 4);
    const taken = () => queue.take((client) => client === 'served')?.work;
    expect([taken(), taken(), taken()]).toEqual([1, 4, 2]);
    queue.add('served', 5);
    expect([taken(), taken(), queue.length]).toEqual([3, undefined, 1]);
  });

  it('is bounded, as a whole and for each client', () => {
    const queue = new FairQueue<number>(3, 2);
    expect([queue.add('a', 1), queue.add('a', 2), queue.add('a', 3)]).toEqual([true, true, false]);
    expect([queue.add('b', 1), queue.add('c', 1)]).toEqual([true, false]);
  });
});
