import { createProductSubgraph } from '../../subgraphs/product';
import { openSubgraph } from '../support/component';

test('a subgraph opens alone on a database of its own', async () => {
  const product = await openSubgraph('product', createProductSubgraph);
  try {
    expect(await product.execute('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  } finally {
    await product.close();
  }
});
