import { createHmac, randomBytes } from 'node:crypto';

/*
 * Standard Webhooks (github.com/standard-webhooks/standard-webhooks): HMAC-SHA256 over id, time and body, under a secret
 * that begins with "whsec_". Receivers verify it with the libraries of that project.
 */

const PREFIX = 'whsec_';

export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(32).toString('base64')}`;
}

/** The headers of one attempt; a signature for each secret, so that a receiver may know either while they are changed. */
export function signedHeaders(id: string, body: string, secrets: readonly string[], nowMs = Date.now()): Record<string, string> {
  const timestamp = Math.floor(nowMs / 1000);
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
