import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** What is signed of a request between gateway and subgraph. */
export interface SignedMessage {
  /** Name of the subgraph that it is for. Not sent: each side knows it, so that no other subgraph takes the message. */
  readonly addressee: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Further header values that the receiver trusts, by lower-case name, such as `x-mercato-viewer`. */
  readonly trusted: Readonly<Record<string, string>>;
}

export interface SignatureHeaders {
  readonly 'content-digest': string;
  readonly 'signature-input': string;
  readonly signature: string;
}

const MAX_AGE_SECONDS = 60;

/** HMAC over addressee, method, path, body digest and trusted headers with created time and nonce, in the shape of RFC 9421. */
export function signMessage(message: SignedMessage, key: string, nowMs = Date.now()): SignatureHeaders {
  const digest = contentDigest(message.body);
  const parameters = parametersOf(message, Math.floor(nowMs / 1000), randomUUID());
  const mac = macOf(message, digest, parameters, key).toString('base64');
  return { 'content-digest': digest, 'signature-input': `mercato=${parameters}`, signature: `mercato=:${mac}:` };
}

/**
 * Checks signatures of one shared key. Remembers nonces for as long as a message is fresh, so that this instance takes
 * none twice; another instance of the same subgraph knows nothing of them, so the network between must be private.
 */
export class MessageVerifier {
  private readonly nonces = new LRUCache<string, true>({ max: 500_000, ttl: 2 * MAX_AGE_SECONDS * 1000 });

  constructor(private readonly key: string) {}

  /** `true` only for a fresh, unaltered, unseen message. Never throws. */
  verify(message: SignedMessage, headers: Partial<Record<string, string>>, nowMs = Date.now()): boolean {
    const parameters = /^mercato=(\(.*\);created=(\d+);nonce="([\w-]+)")$/.exec(headers['signature-input'] ?? '');
    const signature = /^mercato=:([A-Za-z0-9+/=]+):$/.exec(headers['signature'] ?? '');
    if (!parameters || !signature) return false;
    const [, input = '', created = '', nonce = ''] = parameters;
    if (Math.abs(nowMs / 1000 - Number(created)) > MAX_AGE_SECONDS) return false;
    if (input !== parametersOf(message, Number(created), nonce)) return false;
    const expected = macOf(message, contentDigest(message.body), input, this.key);
    const given = Buffer.from(signature[1] ?? '', 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    if (this.nonces.has(nonce)) return false;
    this.nonces.set(nonce, true);
    return true;
  }
}

function contentDigest(body: string): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

function parametersOf(message: SignedMessage, created: number, nonce: string): string {
  const covered = ['mercato-addressee', '@method', '@path', 'content-digest', ...Object.keys(message.trusted).sort()];
  return `(${covered.map((name) => `"${name}"`).join(' ')});created=${created};nonce="${nonce}"`;
}

function macOf(message: SignedMessage, digest: string, parameters: string, key: string): Buffer {
  const trusted = Object.keys(message.trusted)
    .sort()
    .map((name) => `"${name}": ${message.trusted[name]}`);
  const base = [
    `"mercato-addressee": ${message.addressee}`,
    `"@method": ${message.method.toUpperCase()}`,
    `"@path": ${message.path}`,
    `"content-digest": ${digest}`,
    ...trusted,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  return createHmac('sha256', key).update(base).digest();
}
