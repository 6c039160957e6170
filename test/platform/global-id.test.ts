import fc from 'fast-check';
import { globalId, keyOf, tryKeyOf, typeOfGlobalId } from '../../platform/federation';

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
