import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

const MIN_REFRESH_MS = 5_000;
const MAX_AGE_MS = 600_000;

/**
 * The issuer's public keys, asked again when a token names a key that is not known (keys rotate), yet never more often
 * than every five seconds: tokens with invented key ids must not become a flood of requests.
 */
export function refreshingKeySet(source: () => Promise<JSONWebKeySet>): JWTVerifyGetKey {
  let keys: ReturnType<typeof createLocalJWKSet> | null = null;
  let askedAtMs = 0;
  let asking: Promise<void> | null = null;
  const refresh = (): Promise<void> => {
    askedAtMs = Date.now();
    asking ??= source()
      .then((set) => {
        keys = createLocalJWKSet(set);
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  };
  const known = (): ReturnType<typeof createLocalJWKSet> => {
    if (!keys) throw new Error('the keys of access tokens are not known yet');
    return keys;
  };
  return async (header, token) => {
    if (!keys) await refresh();
    // An old set still serves while a new one is fetched, or cannot be.
    else if (Date.now() - askedAtMs > MAX_AGE_MS) refresh().catch(() => undefined);
    try {
      return await known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || Date.now() - askedAtMs < MIN_REFRESH_MS) throw error;
      await refresh();
      return known()(header, token);
    }
  };
}
