import { createHmac, randomBytes } from 'node:crypto';

/**
 * Signs what a webhook sends, in the form of Standard Webhooks 1.0 (standardwebhooks.com): HMAC-SHA-256 over
 * `ID.TIMESTAMP.BODY`, with the bytes that stand in base64 behind `whsec_`.
 */
const SECRET_BYTES = 32; // the specification: 24 to 64

/** A fresh secret, outside the shared pool. The caller wipes it. */
export function newWebhookSecret(): Buffer {
  const secret = Buffer.alloc(SECRET_BYTES);
  const random = randomBytes(SECRET_BYTES);
  random.copy(secret);
  random.fill(0);
  return secret;
}

/** What the owner gives to the receiver, once. */
export function formatWebhookSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

export interface Signed {
  readonly id: string;
  /** Unix seconds; receivers refuse what is more than some minutes old, so each try has its own. */
  readonly timestamp: number;
  readonly body: string;
}

/** The value of `webhook-signature`: one signature for each secret, so that a receiver may know the old or the new one. */
export function signatures(secrets: readonly Buffer[], { id, timestamp, body }: Signed): string {
  const signed = `${id}.${timestamp}.${body}`;
  return secrets.map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`).join(' ');
}
