import { deferred, recording, type Recording } from './support/recording';
import { testGateway, type TestGateway } from './support/gateway';

const PEOPLE = '{ people { name } }';

describe('the response cache', () => {
  let gateway: TestGateway;
  let calls: Recording;

  beforeEach(async () => {
    calls = recording();
    gateway = await testGateway({ wrap: calls.wrap, cacheTopics: ['library'] });
  });
  afterEach(() => gateway.stop());

  const touch = (type: string) =>
    gateway.bus.publish([
      { id: type, type: 'library.changed', key: 'k', touches: [{ type, id: '1' }], at: new Date().toISOString(), data: {} },
    ]);
  const states = async (...queries: string[]) => {
    const results = [];
    for (const query of queries) results.push((await gateway.query(query)).headers.get('x-mercato-cache'));
    return results;
  };

  it('answers a public query again without a subgraph, with a request id of its own', async () => {
    const first = await gateway.query(PEOPLE);
    const second = await gateway.query(PEOPLE);
    expect([first, second].map(({ headers }) => headers.get('x-mercato-cache'))).toEqual(['miss', 'hit']);
    expect(second.body.data).toEqual(first.body.data);
    expect(second.body.extensions['requestId']).toBe(second.headers.get('x-request-id'));
    expect(second.body.extensions['requestId']).not.toBe(first.body.extensions['requestId']);
    expect(calls.count('people')).toBe(1);
  });

  it('knows a query by its meaning and its variables', async () => {
    expect(await states(PEOPLE, '# another text\nquery {people{name}}', '{ people { email } }')).toEqual(['miss', 'hit', 'miss']);
    const query = 'query ($with: Boolean!) { people { name email @include(if: $with) } }';
    const yes = await gateway.query(query, { with: true });
    const no = await gateway.query(query, { with: false });
    const yesAgain = await gateway.query(query, { with: true, more: 1 });
    expect([yes, no, yesAgain].map(({ headers }) => headers.get('x-mercato-cache'))).toEqual(['miss', 'miss', 'hit']);
    expect(no.body.data).not.toEqual(yes.body.data);
  });

  it.each([
    ['a root field without a hint', '{ me { name } }'],
    ['one root field of two without a hint', '{ people { name } me { name } }'],
    ['a private field below', '{ people { name secret } }'],
    ['introspection', '{ people { name } __schema { queryType { name } } }'],
  ])('keeps nothing of %s', async (_name, query) => {
    expect(await states(query, query)).toEqual([null, null]);
  });

  it('keeps nothing of who signed in, or carries a guest token, or mutates', async () => {
    await gateway.query(PEOPLE);
    const headers: Record<string, string>[] = [{ authorization: `Bearer ${await gateway.token()}` }, { 'x-guest-token': 'g1' }];
    for (const own of headers) expect((await gateway.query(PEOPLE, {}, own)).headers.get('x-mercato-cache')).toBeNull();
    expect(
      (await gateway.query('mutation { rename(id: "p1", name: "Ada") { name } }')).headers.get('x-mercato-cache'),
    ).toBeNull();
  });

  it('keeps no errors', async () => {
    const broken = '{ books { title fragile } }';
    expect(await states(broken, broken)).toEqual([null, null]);
  });

  it('ends what contains a touched type, at once, and nothing else', async () => {
    await settled();
    const books = '{ books { title } }';
    await states(PEOPLE, books);
    await touch('Book');
    expect(await states(PEOPLE, books)).toEqual(['hit', 'miss']);
    const withPeople = '{ books { author { name } } }';
    await settled();
    await states(withPeople);
    await touch('Person');
    expect(await states(withPeople)).toEqual(['miss']);
  });

  it('does not keep what was computed while a change came in', async () => {
    const gate = deferred();
    const asked = calls.holdNext(gate.promise);
    const slow = gateway.query(PEOPLE);
    await asked;
    Object.assign(gateway.library.people[0] ?? {}, { name: 'Changed' });
    await touch('Person');
    gate.resolve();
    await slow;
    await settled();
    const { headers, body } = await gateway.query(PEOPLE);
    expect(headers.get('x-mercato-cache')).toBe('miss');
    expect(JSON.stringify(body.data)).toContain('Changed');
  });

  it('executes equal queries once while they are missing', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.query(PEOPLE)));
    expect(calls.count('people')).toBe(1);
    expect(new Set(answers.map(({ body }) => body.extensions['requestId'])).size).toBe(20);
  });

  it('can be switched off', async () => {
    const off = await testGateway({ responseCache: false });
    expect((await off.query(PEOPLE)).headers.get('x-mercato-cache')).toBeNull();
    await off.stop();
  });
});

/** What was changed a moment ago is not kept yet; see SETTLING_MS. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 130));
}
