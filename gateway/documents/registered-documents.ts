import { LRUCache } from 'lru-cache';
import type { CacheStore } from '../../platform/cache';
import { hashOf } from './manifest';

const MAX_CHARACTERS = 16 * 1024 * 1024;
const MAX_DOCUMENTS = 5_000;
/** After so long without its text, a document is forgotten; its clients then send it once more. */
const KEPT_SECONDS = 24 * 60 * 60;

/**
 * Documents that clients registered by sending text and hash together (Apollo's automatic persisted queries): in this
 * process, and in the cache that all gateways share. What comes from there counts only when it has the hash it is kept by.
 */
export class RegisteredDocuments {
  private readonly known = new LRUCache<string, string>({
    max: MAX_DOCUMENTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (text) => text.length,
    ttl: KEPT_SECONDS * 1000,
  });
  private readonly asking = new Map<string, Promise<string | null>>();

  /** @param shared `null` keeps them in this process alone */
  constructor(private readonly shared: CacheStore | null) {}

  /** At once where this process knows it; `null` where nobody does. */
  find(hash: string): string | null | Promise<string | null> {
    return this.known.get(hash) ?? (this.shared ? this.ask(hash, this.shared) : null);
  }

  /** Keeps a text under its hash, which was verified. Others hear of it a moment later; a cache that is away changes nothing here. */
  keep(hash: string, text: string): void {
    if (this.known.has(hash)) return;
    this.known.set(hash, text);
    if (this.shared) void share(this.shared, hash, text);
  }

  private ask(hash: string, shared: CacheStore): Promise<string | null> {
    const underWay = this.asking.get(hash);
    if (underWay) return underWay;
    const asking = shared
      .read([keyOf(hash)])
      .then(([read]) => {
        if (!read?.hit || hashOf(read.text) !== hash) return null;
        this.known.set(hash, read.text);
        return read.text;
      })
      .finally(() => this.asking.delete(hash));
    this.asking.set(hash, asking);
    return asking;
  }
}

async function share(shared: CacheStore, hash: string, text: string): Promise<void> {
  const [read] = await shared.read([keyOf(hash)]);
  if (!read || read.hit || read.lease === null) return;
  await shared.fill([{ key: keyOf(hash), lease: read.lease, text, ttlSeconds: KEPT_SECONDS }]);
}

function keyOf(hash: string): string {
  return `mercato:document:v1:${hash}`;
}
