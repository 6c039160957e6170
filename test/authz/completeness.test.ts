import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { gapsOf } from './completeness';
import { allRows, rootRows } from './rows';

const sdl = readFileSync(join(__dirname, '..', '..', 'schema', 'api.graphql'), 'utf8');

test('every root field has a row of the authorisation matrix, and every row a field', () => {
  expect(gapsOf(buildSchema(sdl), rootRows, allRows)).toEqual([]);
});

test('a new field without a row is found, and a row without a field', () => {
  const grown = buildSchema(sdl.replace('type Query {', 'type Query {\n  allSecrets: String\n'));
  expect(gapsOf(grown, rootRows, allRows)).toEqual(['Query.allSecrets has no row: say who may do it']);
  const [, ...others] = rootRows;
  expect(gapsOf(buildSchema(sdl), others, others)).toHaveLength(1);
  const renamed = allRows.map((row) => (row.field === 'Query.me' ? { ...row, field: 'Query.myself' } : row));
  expect(gapsOf(buildSchema(sdl), rootRows, renamed)).toEqual(['Query.myself is no field of the graph any more']);
});
