import type { IncomingHttpHeaders } from 'node:http';

/** Headers that a page may only send to another site after the browser has asked that site. */
const PROOFS = ['apollo-require-preflight', 'x-apollo-operation-name', 'graphql-require-preflight'];

/** What forms and simple requests can say of a body without being asked. */
const SIMPLE_TYPES = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/**
 * Whether a page of another site could have made a browser send this request without asking us first (a preflight). Such
 * requests are refused even where they change nothing: how long they take tells the page something.
 *
 * A page can choose the `Accept` header and the URL freely, so neither says anything. What it cannot choose is what the
 * browser says itself: `Sec-Fetch-Site`, and where that is missing (old browsers, plain http) its own name as `User-Agent`,
 * which all browsers begin alike, and the marks of a page. Programs send none of these.
 */
export function mayComeFromAnotherSite(headers: IncomingHttpHeaders): boolean {
  if (PROOFS.some((name) => Boolean(headers[name]))) return false;
  const type = headers['content-type'];
  if (type !== undefined && !SIMPLE_TYPES.test(type)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const isBrowser = headers['user-agent']?.startsWith('Mozilla/') ?? false;
  return isBrowser || [headers.origin, headers.referer, headers.cookie].some((mark) => mark !== undefined);
}
