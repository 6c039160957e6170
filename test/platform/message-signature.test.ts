import { MessageVerifier, signMessage, type SignedMessage } from '../../platform/auth';

const KEY = 'a-test-key-of-at-least-32-characters';
const message: SignedMessage = {
  addressee: 'order',
  method: 'POST',
  path: '/graphql',
  body: '{"query":"{me{id}}"}',
  trusted: { 'x-mercato-viewer': 'abc', 'x-request-id': '1' },
};
const headersOf = (signed: SignedMessage, nowMs?: number) => signMessage(signed, KEY, nowMs) as unknown as Record<string, string>;

describe('signatures between gateway and subgraph', () => {
  it('of an unaltered fresh message hold, once', () => {
    const verifier = new MessageVerifier(KEY);
    const headers = headersOf(message);
    expect(verifier.verify(message, headers)).toBe(true);
    expect(verifier.verify(message, headers)).toBe(false);
  });

  it.each<[string, Partial<SignedMessage>]>([
    ['addressee', { addressee: 'user' }],
    ['method', { method: 'GET' }],
    ['path', { path: '/metrics' }],
    ['body', { body: '{"query":"{users{id}}"}' }],
    ['viewer', { trusted: { ...message.trusted, 'x-mercato-viewer': 'admin' } }],
    ['request id', { trusted: { ...message.trusted, 'x-request-id': '2' } }],
    ['set of headers', { trusted: { 'x-mercato-viewer': 'abc' } }],
  ])('do not hold for another %s', (_what, change) => {
    expect(new MessageVerifier(KEY).verify({ ...message, ...change }, headersOf(message))).toBe(false);
  });

  it('do not hold under another key, when old, from the future, or when missing', () => {
    const verifier = new MessageVerifier(KEY);
    expect(new MessageVerifier('another-key-of-at-least-32-characters').verify(message, headersOf(message))).toBe(false);
    expect(verifier.verify(message, headersOf(message, Date.now() - 120_000))).toBe(false);
    expect(verifier.verify(message, headersOf(message, Date.now() + 120_000))).toBe(false);
    expect(verifier.verify(message, {})).toBe(false);
    expect(verifier.verify(message, { ...headersOf(message), signature: 'mercato=:AAAA:' })).toBe(false);
  });
});
