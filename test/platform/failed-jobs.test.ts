import { summaryOf } from '../../platform/failed-jobs/payload-summary';

describe('what staff see of a payload', () => {
  it('is its shape, without secrets and long texts', () => {
    const payload = { orderId: 7, token: 'abc', nested: { apiSecret: 'x', text: 'y'.repeat(500) }, list: [1, { password: 'z' }] };
    expect(JSON.parse(summaryOf(payload))).toEqual({
      orderId: 7,
      token: '[hidden]',
      nested: { apiSecret: '[hidden]', text: `${'y'.repeat(120)}…` },
      list: [1, { password: '[hidden]' }],
    });
  });

  it('is never longer than a page', () => {
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    expect(summaryOf(deep)).toBe('{"a":{"b":{"c":{"d":"…"}}}}');
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`key${n}`, 'v'.repeat(200)]));
    expect(summaryOf(wide).length).toBeLessThanOrEqual(2_001);
  });
});
