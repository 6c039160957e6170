import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Keeps keys unreadable to who has only the database (a dump, a replica): AES-256-GCM with a key derived from the shared
 * signing secret, another for each purpose. Without a secret, which production refuses to start without, the text is
 * only marked.
 */
export class TextSealer {
  private readonly key: Buffer | null;

  constructor(secret: string | null, purpose: string) {
    this.key = secret === null ? null : Buffer.from(hkdfSync('sha256', secret, 'mercato', `${purpose} at rest`, 32));
  }

  seal(text: string): string {
    if (!this.key) return `plain.${text}`;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `gcm.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** `null` when the text was sealed with another secret. */
  open(sealed: string): string | null {
    if (sealed.startsWith('plain.')) return sealed.slice('plain.'.length);
    if (!this.key) return null;
    const bytes = Buffer.from(sealed.slice('gcm.'.length), 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}
