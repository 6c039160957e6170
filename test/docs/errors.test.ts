import { buildSchema, isInterfaceType } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../platform/errors';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const [codesPart = '', outcomesPart = ''] = page.split('## Expected outcomes');

/** The first cells of a table's rows. */
const rowsOf = (text: string): string[] => [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name).sort();

describe('docs/errors.md', () => {
  it('lists every code, and none that does not exist', () => {
    expect(rowsOf(codesPart)).toEqual(Object.keys(ERROR_CODES).sort());
  });

  it('says of each code how loudly it is logged', () => {
    for (const [code, { log }] of Object.entries(ERROR_CODES)) {
      expect(codesPart).toMatch(new RegExp(`^\\| \`${code}\` \\|.*\\| ${log} \\|$`, 'm'));
    }
  });

  it('lists every expected outcome of the schema, and none that does not exist', () => {
    const schema = buildSchema(readFileSync(join(root, 'schema/api.graphql'), 'utf8'));
    const userError = schema.getType('UserError');
    if (!isInterfaceType(userError)) throw new Error('the schema has no UserError');
    const outcomes = schema
      .getImplementations(userError)
      .objects.map(({ name }) => name)
      .sort();
    expect(rowsOf(outcomesPart)).toEqual(outcomes);
  });
});
