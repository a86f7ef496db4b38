import { randomInt } from 'node:crypto';
import type { WebhookEvent } from '../../../shared/notifications.ts';
import { toTimestamp } from '../credentials/expiry.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 24; // 62^24 > 2^142

export type MessageData = Readonly<Record<string, unknown>>;

/** The id that a receiver tells repeats by. */
export function newMessageId(): string {
  return `msg_${Array.from({ length: ID_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')}`;
}

/** The body, exactly as it is signed and sent. @param data - names and figures, never a secret. */
export function messageBody(
  id: string,
  type: WebhookEvent | 'webhook.test',
  createdAtMs: number,
  data: MessageData,
): string {
  return JSON.stringify({ id, type, createdAt: toTimestamp(createdAtMs), data });
}
