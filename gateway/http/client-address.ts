import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** The address of whoever sent a request. */
export type AddressOf = (request: IncomingMessage) => string;

/**
 * Behind proxies that are trusted it is the last address in `X-Forwarded-For` that is none of theirs: what stands before it,
 * the client may have written itself.
 *
 * @param trustedProxies addresses and networks such as `10.0.0.0/8`
 */
export function clientAddresses(trustedProxies: readonly string[]): AddressOf {
  if (trustedProxies.length === 0) return ({ socket }) => socket.remoteAddress ?? '';
  const trusted = listOf(trustedProxies);
  return ({ socket, headers }) => {
    let address = plain(socket.remoteAddress ?? '');
    const before = String(headers['x-forwarded-for'] ?? '').split(',');
    while (isTrusted(trusted, address)) {
      const said = plain(before.pop()?.trim() ?? '');
      if (isIP(said) === 0) break;
      address = said;
    }
    return address;
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isTrusted(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** An IPv4 address as itself, however the socket writes it. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
