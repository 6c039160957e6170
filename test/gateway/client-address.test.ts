import type { IncomingMessage } from 'node:http';
import { clientAddresses } from '../../gateway/http/client-address';

/** Who sent a request that came from an address, by what its header says. */
function clientOf(trusted: readonly string[], remoteAddress: string, forwardedFor?: string): string {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return clientAddresses(trusted)({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
}

describe('the address of a client', () => {
  it('is that of its connection, whatever it says itself', () => {
    expect(clientOf([], '203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
    expect(clientOf(['10.0.0.0/8'], '203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
  });

  it('is what the last trusted proxy says, not what the client wrote before it', () => {
    expect(clientOf(['10.0.0.0/8'], '10.1.2.3', '192.0.2.66, 198.51.100.1')).toBe('198.51.100.1');
    expect(clientOf(['10.0.0.0/8', '2001:db8::1'], '10.1.2.3', '192.0.2.66, 198.51.100.1, 2001:db8::1')).toBe('198.51.100.1');
    expect(clientOf(['10.1.2.3'], '::ffff:10.1.2.3', '198.51.100.1')).toBe('198.51.100.1');
  });

  it('is the proxy where that says nothing useful', () => {
    expect(clientOf(['10.0.0.0/8'], '10.1.2.3')).toBe('10.1.2.3');
    expect(clientOf(['10.0.0.0/8'], '10.1.2.3', 'unknown')).toBe('10.1.2.3');
    expect(clientOf(['10.0.0.0/8'], '10.1.2.3', '10.9.9.9')).toBe('10.9.9.9');
  });
});
