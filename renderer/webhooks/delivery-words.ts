import type { Delivery, DeliveryTry } from '../../shared/contract/notifications.ts';
import { NOTICE_WORDS } from '../../shared/notifications.ts';
import { formatLatency, formatRelative } from '../i18n/format.ts';
import { asSentence } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';

/** How one try went: "answer 500 after 45 ms", "nobody listens there". */
export function tryWords(one: DeliveryTry | undefined): string {
  if (one === undefined) return '';
  const { status, latencyMs, problem } = one;
  if (status !== null) return m.webhooks.answered(status, formatLatency(latencyMs) ?? '');
  return problem === null ? '' : m.webhooks.problems[problem];
}

export const subjectWords = (type: Delivery['type']): string =>
  type === 'webhook.test' ? m.webhooks.testMessage : asSentence(NOTICE_WORDS[type]);

/** What there is to say of a delivery beside its state. */
export function deliveryFacts({ tries, log, nextTryAt, deadBecause }: Delivery, nowMs: number): readonly string[] {
  return [
    ...(tries === 0 ? [] : [m.webhooks.tries(tries)]),
    ...(log[0] === undefined ? [] : [tryWords(log[0])]),
    ...(deadBecause === null ? [] : [m.webhooks.deadBecause[deadBecause]]),
    ...(nextTryAt === null ? [] : [m.webhooks.nextTry(formatRelative(nextTryAt, nowMs))]),
  ];
}
