import { randomBytes } from 'node:crypto';

const SANE = /^[A-Za-z0-9._-]{8,64}$/;

/** The client's `x-request-id` where it is sane, so that it can follow its request through our logs; else a new one. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && SANE.test(given) ? given : newRequestId();
}

const POOL_BYTES = 12 * 256;
let pool = Buffer.alloc(0);
let used = 0;

/** 96 random bits as text; randomness is drawn for many ids at once, because each draw costs more than the id. */
export function newRequestId(): string {
  if (used + 12 > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const id = pool.toString('base64url', used, used + 12);
  used += 12;
  return id;
}
