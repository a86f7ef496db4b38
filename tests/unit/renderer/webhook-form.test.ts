import { expect, test } from 'vitest';
import { m } from '../../../renderer/i18n/messages.ts';
import { deliveryFacts, tryWords } from '../../../renderer/webhooks/delivery-words.ts';
import {
  EMPTY_WEBHOOK,
  nameOf,
  newWebhookOf,
  webhookChangesOf,
  webhookErrors,
} from '../../../renderer/webhooks/webhook-form.ts';
import {
  type Delivery,
  newWebhook,
  webhookChanges,
  type WebhookSummary,
} from '../../../shared/contract/notifications.ts';

const e = m.webhooks.errors;
const typed = { ...EMPTY_WEBHOOK, url: ' https://hooks.example.com/in/abc ' };
const webhook: WebhookSummary = {
  id: '0'.repeat(32),
  label: 'office',
  shownUrl: 'https://hooks.example.com/…',
  host: 'hooks.example.com',
  local: false,
  events: ['key.died'],
  on: true,
  offBecause: null,
  createdAt: '2026-11-01T00:00:00.000Z',
  secretSince: '2026-11-01T00:00:00.000Z',
  oldSecretUntil: null,
  waiting: 0,
  dead: 0,
  lastDeliveredAt: null,
};

test('a webhook without a name is named after its host', () => {
  expect(nameOf(typed)).toBe('hooks.example.com');
  expect(newWebhook.parse(newWebhookOf(typed)).label).toBe('hooks.example.com');
});

test('an address has to be one; of a webhook that is edited it may stay empty and is then not sent', () => {
  for (const url of ['', 'hooks.example.com', 'ftp://hooks.example.com', 'javascript:alert(1)']) {
    expect(webhookErrors({ ...typed, url }, true)).toEqual({ url: e.url });
  }
  const kept = { ...EMPTY_WEBHOOK, label: 'office' };
  expect(webhookErrors(kept, false)).toEqual({});
  expect(webhookChanges.parse(webhookChangesOf(kept, webhook))).not.toHaveProperty('url');
  expect(webhookErrors({ ...kept, label: ' ', events: [] }, false)).toEqual({ label: e.label, events: e.events });
});

test('a delivery says how its last try went and what comes next', () => {
  const nowMs = Date.parse('2026-11-21T12:00:00.000Z');
  const at = new Date(nowMs - 60_000).toISOString();
  const waiting: Delivery = {
    id: `msg_${'A'.repeat(24)}`,
    webhook: webhook.id,
    label: 'office',
    type: 'key.died',
    createdAt: at,
    state: 'waiting',
    tries: 2,
    log: [{ at, latencyMs: 45, status: 500, problem: 'status' }],
    nextTryAt: new Date(nowMs + 120_000).toISOString(),
    finishedAt: null,
    deadBecause: null,
  };
  expect(deliveryFacts(waiting, nowMs)).toEqual(['2 tries', 'answer 500 after 45 ms', 'next try in 2 minutes']);
  expect(tryWords({ at, latencyMs: 3, status: null, problem: 'refused' })).toBe(m.webhooks.problems.refused);
});
