import { buildSchema } from 'graphql';
import { anonymous } from '../../platform/auth';
import { createSubgraphExecutor } from '../../platform/federation';
import { createLogger } from '../../platform/observability';

const sdl = `
  type Query { echo(in: Filter, n: Int = 3): String }
  enum Color { RED GREEN }
  input Filter { word: String times: Int = 2 color: Color! = GREEN below: [Filter!] }`;

const schema = buildSchema(sdl);
const echo = schema.getQueryType()?.getFields()['echo'];
if (echo) echo.resolve = (_source, given) => JSON.stringify(given);
const executor = createSubgraphExecutor({ name: 'echo', sdl, schema }, createLogger({ logLevel: 'silent' }, 'test'));

describe('a document that comes again', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['query ($n: Int) { echo(in: { times: $n }) }', {}, '{"in":{"times":2,"color":"GREEN"},"n":3}'],
    ['query ($n: Int) { echo(in: { times: $n }) }', { n: null }, '{"in":{"times":null,"color":"GREEN"},"n":3}'],
    ['query ($w: String) { echo(in: { word: $w }) }', {}, '{"in":{"times":2,"color":"GREEN"},"n":3}'],
    [
      'query ($n: Int = 7) { echo(in: { below: { times: $n } }) }',
      {},
      '{"in":{"times":2,"color":"GREEN","below":[{"times":7,"color":"GREEN"}]},"n":3}',
    ],
    ['query ($n: Int) { echo(n: $n) }', {}, '{"n":3}'],
    ['query ($n: Int) { echo(n: $n) }', { n: null }, '{"n":null}'],
    ['query ($in: Filter) { echo(in: $in) }', { in: { word: 'x' } }, '{"in":{"word":"x","times":2,"color":"GREEN"},"n":3}'],
  ])('%s with %j is given the same arguments', async (query, variables, expected) => {
    const shared = { operationName: null, viewer: anonymous, requestId: 'test', traceparent: null, forwarded: null };
    // Interpreted at first, compiled from the second time on.
    for (let time = 0; time < 3; time += 1) {
      const { data } = await executor.execute({ ...shared, query, variables });
      expect(parsed(data?.['echo'])).toEqual(parsed(expected));
    }
  });
});

function parsed(text: unknown): unknown {
  return typeof text === 'string' ? (JSON.parse(text) as unknown) : text;
}
