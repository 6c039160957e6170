import { graph } from '../support/graph';

test('the shared system answers through its gateway', async () => {
  const { data, status } = await graph('{ __typename }');
  expect({ data, status }).toEqual({ data: { __typename: 'Query' }, status: 200 });
});
