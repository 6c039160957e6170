import { parse, validate } from 'graphql';
import { loadSupergraph, type LoadedSupergraph } from '../../gateway/supergraph/load';
import { createLogger } from '../../platform/observability';
import { testGateway, type TestGateway } from './support/gateway';
import { executeMonolith, Library, librarySupergraph } from './support/library';
import { randomFrom, randomQuery } from './support/random-operation';

const OPERATIONS = 80;

describe('random operations', () => {
  let gateway: TestGateway;
  let supergraph: LoadedSupergraph;

  beforeAll(async () => {
    const limits = {
      depth: 30,
      aliases: 1_000,
      rootFields: 100,
      fields: 10_000,
      directives: 1_000,
      tokens: 20_000,
      cost: 1e9,
    };
    gateway = await testGateway({ limits, responseCache: false });
    supergraph = await loadSupergraph(librarySupergraph(), createLogger({ logLevel: 'silent' }, 'test'));
  });
  afterAll(() => gateway.stop());

  it(`are answered as a monolith answers them, ${OPERATIONS} of them`, async () => {
    const library = new Library();
    let compared = 0;
    for (let seed = 1; compared < OPERATIONS; seed += 1) {
      const query = randomQuery(supergraph.apiSchema, randomFrom(seed * 7919));
      // Two fragments may select one alias with different arguments; graphql refuses that, and so it proves nothing.
      if (validate(supergraph.apiSchema, parse(query)).length > 0) continue;
      compared += 1;
      const expected = await executeMonolith(supergraph.apiSchema, library, query);
      const { body } = await gateway.query(query);
      expect({ seed, query, data: body.data, errors: body.errors ?? [] }).toEqual({
        seed,
        query,
        data: JSON.parse(JSON.stringify(expected.data)),
        errors: [],
      });
      expect(JSON.stringify(body.data)).toBe(JSON.stringify(expected.data));
    }
  }, 120_000);
});
