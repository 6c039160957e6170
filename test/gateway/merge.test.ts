import { assignTo, mergeInto } from '../../gateway/executor/merge';

describe('merging what subgraphs answer', () => {
  const known = () => ({ a: { b: 1, c: null }, list: [{ d: 1 }, null], e: 2 });

  it('takes null for what was known before', () => {
    const target = known();
    mergeInto(target, { a: { b: null }, list: [null, { d: 2 }], e: null });
    expect(target).toEqual({ a: { b: null, c: null }, list: [null, { d: 2 }], e: null });
  });

  it('keeps what is known, where that is asked: what a client has already is not made null by a later part', () => {
    const target = known();
    mergeInto(target, { a: { b: null, c: 3, d: null }, list: [null, { d: 2 }], e: null, f: null }, true);
    expect(target).toEqual({ a: { b: 1, c: 3, d: null }, list: [{ d: 1 }, { d: 2 }], e: 2, f: null });
    assignTo(target, { e: null, f: 5, g: null }, true);
    expect(target).toMatchObject({ e: 2, f: 5, g: null });
  });
});
