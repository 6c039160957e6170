import fc from 'fast-check';
import { globalId, keyOf, tryKeyOf, typeOfGlobalId } from '../../platform/federation';
import { createDatabase } from '../support/database';

const keys = fc.integer({ min: 1, max: 2_147_483_647 });

describe('opaque ids', () => {
  it('come back to the key they were made from', () => {
    fc.assert(fc.property(keys, (key) => keyOf('Order', globalId('Order', key)) === key));
  });

  it('say their type and fit no other type', () => {
    const id = globalId('Product', 7);
    expect(typeOfGlobalId(id)).toBe('Product');
    expect(tryKeyOf('Order', id)).toBeNull();
    expect(tryKeyOf('Order', id.replace('prd_', 'ord_'))).not.toBe(7);
  });

  it('of neighbours share no pattern that tells how many there are', () => {
    const ids = Array.from({ length: 1000 }, (_, at) => globalId('Order', at + 1));
    expect(new Set(ids).size).toBe(1000);
    expect([...ids].sort()).not.toEqual(ids);
  });

  it('that are forged or cut are refused with the field named', () => {
    for (const forged of ['', 'ord_', 'ord_000', 'ord_zzzzzzzzz', 'ord_!!!!!!!!!', 'xyz_000000001', 'ord_0000000001']) {
      expect(() => keyOf('Order', forged, 'orderId')).toThrow(/orderId must be the id of a Order/);
    }
  });
});

test('PostgreSQL makes the same ids', async () => {
  const { query } = await createDatabase('product');
  const keys = [1, 2, 16_777_215, 16_777_216, 2_147_483_647, ...Array.from({ length: 500 }, (_, at) => at * 4_294_967 + 3)];
  for (const [type, prefix] of [
    ['Product', 'prd'],
    ['ProductVariant', 'var'],
    ['Order', 'ord'],
    ['User', 'usr'],
  ] as const) {
    const rows = await query<{ id: string }>('SELECT global_id($1, key) AS id FROM unnest($2::integer[]) AS key', [prefix, keys]);
    expect(rows.map(({ id }) => id)).toEqual(keys.map((key) => globalId(type, key)));
  }
});
