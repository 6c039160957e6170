import { compareSchemas } from '../../cli/schema/changes';
import { makeSchemaFiles } from '../../cli/schema/schema-files';

test('a field that goes away is breaking, a new enum value is dangerous, a new field neither', async () => {
  const before = 'type Query { a: Int b: Colour } enum Colour { RED }';
  const after = 'type Query { b: Colour c: Int } enum Colour { RED BLUE }';
  const { breaking, dangerous } = await compareSchemas(before, after);
  expect(breaking).toEqual([expect.stringContaining("'a'")]);
  expect(dangerous).toEqual([expect.stringContaining("'BLUE'")]);
});

test('the same code writes the same files', async () => {
  const [first, second] = [await makeSchemaFiles(), await makeSchemaFiles()];
  expect([...first.keys()]).toEqual(['user.graphql', 'product.graphql', 'order.graphql', 'supergraph.graphql', 'api.graphql']);
  expect(second).toEqual(first);
});
