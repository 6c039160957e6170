import { testGateway, type Posted, type TestGateway } from './support/gateway';
import { guardedWorld, type GuardedWorld } from './support/guarded';

describe('authorisation by the schema', () => {
  let gateway: TestGateway;
  let world: GuardedWorld;
  let heldPolicies: string[] = [];

  beforeAll(async () => {
    world = guardedWorld();
    const { supergraphSdl, subgraphs } = world;
    gateway = await testGateway({ supergraphSdl, subgraphs, authorisation: { policies: () => heldPolicies } });
  });
  beforeEach(() => {
    world.asked.length = 0;
    world.fired.length = 0;
    heldPolicies = [];
  });
  afterAll(() => gateway.stop());

  const as = async (role: 'CUSTOMER' | 'STAFF' | 'ADMIN') => ({
    authorization: `Bearer ${await gateway.token({ roles: [role] })}`,
  });
  const placesOf = ({ body }: Posted) => body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']]);
  const UNAUTHORISED = 'UNAUTHORIZED_FIELD_OR_TYPE';

  it('leaves out a field, fetches nothing for it, and says where', async () => {
    const anonymous = await gateway.query('{ motto me { name } mine: me { salary } }');
    expect(anonymous.body.data).toEqual({ motto: 'work', me: null, mine: null });
    expect(placesOf(anonymous)).toEqual([
      ['me', UNAUTHORISED],
      ['mine', UNAUTHORISED],
    ]);
    expect(world.asked.join()).not.toContain('me');
    const signedIn = await gateway.query('{ motto me { name } }', {}, await as('CUSTOMER'));
    expect(signedIn.body).toMatchObject({ data: { motto: 'work', me: { name: 'Ada' } } });
    expect(signedIn.body.errors).toBeUndefined();
  });

  it('demands one of the alternatives of scopes, each whole', async () => {
    const query = '{ people { name salary } }';
    const customer = await gateway.query(query, {}, await as('CUSTOMER'));
    expect(customer.body.data).toEqual({
      people: [
        { name: 'Ada', salary: null },
        { name: 'Bo', salary: null },
      ],
    });
    expect(placesOf(customer)?.map(([place]) => place)).toEqual(['people.0.salary', 'people.1.salary']);
    expect(world.asked.join()).not.toContain('salary');
    for (const role of ['STAFF', 'ADMIN'] as const)
      expect((await gateway.query(query, {}, await as(role))).body.data).toEqual({
        people: [
          { name: 'Ada', salary: 9 },
          { name: 'Bo', salary: 5 },
        ],
      });
  });

  it('carries a null up to the nearest place that may be null', async () => {
    const { body } = await gateway.query('{ people { name desk { room key } } }');
    expect(body.data).toEqual({
      people: [
        { name: 'Ada', desk: null },
        { name: 'Bo', desk: null },
      ],
    });
    expect(body.errors).toMatchObject([{ path: ['people', 0, 'desk', 'key'] }]);
  });

  it('answers no data where a root field must not be null, and fetches nothing', async () => {
    const answer = await gateway.query('{ motto must }');
    expect(answer.body.data).toBeNull();
    expect(placesOf(answer)).toEqual([['must', UNAUTHORISED]]);
    expect(world.asked).toEqual([]);
  });

  it('protects enums and scalars', async () => {
    const { body } = await gateway.query('{ boss { level born name } }', {}, await as('CUSTOMER'));
    expect(body.data).toEqual({ boss: { level: 'HIGH', born: null, name: 'Ada' } });
    expect((await gateway.query('{ boss { level } }')).body.data).toEqual({ boss: { level: null } });
  });

  it('protects types behind interfaces and unions, each record by its own type', async () => {
    expect((await gateway.query('{ node(id: "p1") { id label } }')).body.data).toEqual({ node: { id: 'p1', label: 'Ada' } });
    const safe = await gateway.query('{ node(id: "s1") { id label } }');
    expect(safe.body.data).toEqual({ node: null });
    expect(placesOf(safe)).toEqual([['node', UNAUTHORISED]]);
    expect((await gateway.query('{ node(id: "s1") { id label } }', {}, await as('CUSTOMER'))).body.data).toEqual({
      node: { id: 's1', label: 'Safe' },
    });
    const found = await gateway.query(
      '{ found { __typename ... on Person { name } ... on Safe { id code } ... on Node { label } } }',
    );
    expect(found.body.data).toEqual({ found: [{ __typename: 'Person', name: 'Ada', label: 'Ada' }, null, null] });
    expect(placesOf(found)).toEqual([['found.1', UNAUTHORISED]]);
    expect(world.asked.join()).not.toContain('Safe');
    expect((await gateway.query('{ foundAll { __typename } }')).body.data).toEqual({ foundAll: null });
  });

  it('protects what a field needs by @requires, through fragments and conditions', async () => {
    const query = `query ($with: Boolean!) { people { ...P } } fragment P on Person { grade ... @include(if: $with) { bonus } }`;
    const without = await gateway.query(query, { with: false });
    expect(without.body).toMatchObject({ data: { people: [{ grade: 'grade p1' }, { grade: 'grade p2' }] } });
    expect(without.body.errors).toBeUndefined();
    const denied = await gateway.query(query, { with: true });
    expect(denied.body.data).toEqual({
      people: [
        { grade: 'grade p1', bonus: null },
        { grade: 'grade p2', bonus: null },
      ],
    });
    expect(world.asked.join()).not.toContain('salary');
    expect((await gateway.query(query, { with: true }, await as('STAFF'))).body.data).toMatchObject({
      people: [{ bonus: 18 }, { bonus: 10 }],
    });
  });

  it('runs no mutation that is refused', async () => {
    const mutation = 'mutation { praise fire(id: "p2") }';
    const staff = await gateway.query(mutation, {}, await as('STAFF'));
    expect(staff.body.data).toEqual({ praise: 'well done', fire: null });
    expect(world.fired).toEqual(['praise']);
    await gateway.query(mutation, {}, await as('ADMIN'));
    expect(world.fired).toEqual(['praise', 'praise', 'p2']);
    const must = await gateway.query('mutation { praise mustFire }');
    expect(must.body.data).toBeNull();
    expect(world.fired).toHaveLength(3);
  });

  it('asks the evaluator for policies, and denies what it does not name', async () => {
    expect((await gateway.query('{ vault }')).body.data).toEqual({ vault: null });
    heldPolicies = ['open'];
    expect((await gateway.query('{ vault }')).body.data).toEqual({ vault: 'gold' });
    heldPolicies = [];
    expect((await gateway.query('{ vault }')).body.data).toEqual({ vault: null });
  });

  it('leaves introspection alone', async () => {
    const { body } = await gateway.query('{ __type(name: "Safe") { fields { name } } must: motto }');
    expect(body.data).toMatchObject({ __type: { fields: [{ name: 'id' }, { name: 'label' }, { name: 'code' }] }, must: 'work' });
  });

  it('answers protected operations over GET alike', async () => {
    const get = async (headers: Record<string, string>) => {
      const url = `${gateway.url}/graphql?query=${encodeURIComponent('{ me { name } }')}`;
      return (await (await fetch(url, { headers: { 'apollo-require-preflight': '1', ...headers } })).json()) as Posted['body'];
    };
    expect((await get({})).data).toEqual({ me: null });
    expect((await get(await as('CUSTOMER'))).data).toEqual({ me: { name: 'Ada' } });
  });

  it('keeps no protected answer for everybody', async () => {
    const query = '{ people { name born } }';
    for (const headers of [await as('STAFF'), {}, await as('STAFF'), {}]) {
      const { body } = await gateway.query(query, {}, headers);
      expect(body.data?.['people']).toMatchObject([{ born: 'authorization' in headers ? '1815' : null }, {}]);
    }
  });
});

describe('an operation that asks for too much, where such are rejected', () => {
  it('is not begun', async () => {
    const { supergraphSdl, subgraphs, asked } = guardedWorld();
    const gateway = await testGateway({ supergraphSdl, subgraphs, authorisation: { unauthorised: 'reject' } });
    const answer = await gateway.query('{ motto people { name salary } found { ... on Safe { id } } }');
    expect(answer).toMatchObject({ status: 403, body: { errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }] } });
    expect(answer.body.errors?.[0]?.extensions['places']).toEqual(['people.salary', 'found']);
    expect(answer.body.data).toBeUndefined();
    expect(asked).toEqual([]);
    expect((await gateway.query('{ motto people { name } found { ... on Person { id } } }')).body.errors).toMatchObject([
      { path: ['found', 1] },
    ]);
    await gateway.stop();
  });
});
