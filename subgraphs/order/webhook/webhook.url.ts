import { isIP } from 'node:net';
import { isPublicAddress } from '../../../platform/http';

const MAX_LENGTH = 1_000;

/** Why an address cannot be an endpoint, in words; `null` when it can. Where names lead is judged again at each delivery. */
export function problemOf(address: string, isGuarded: boolean): string | null {
  if (address.length > MAX_LENGTH || !URL.canParse(address)) return `must be an address of at most ${MAX_LENGTH} characters`;
  const { protocol, hostname, username, password } = new URL(address);
  if (protocol !== 'https:' && (isGuarded || protocol !== 'http:')) return 'must begin with https://';
  if (username !== '' || password !== '') return 'must not hold a user name or password';
  if (!isGuarded) return null;
  return isOfOurNetwork(hostname) ? 'must be an address of the open internet' : null;
}

/** The name itself tells: an IP address of a private range, or a name without a domain. */
function isOfOurNetwork(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return !isPublicAddress(bare);
  return !hostname.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa)\.?$/.test(hostname);
}
