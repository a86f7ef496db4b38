import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import { demoQuotas, usualQuota } from '../../../electron/core/quotas/usual-limits.ts';

const catalogue = Catalogue.load(join(import.meta.dirname, '../../../resources/providers'));

test.each([
  ['github', 'requests', 5000, 'hour', 'GitHub allows 5,000 requests an hour.'],
  ['gitlab', 'requests', 2000, 'minute', 'GitLab.com allows 2,000 requests a minute.'],
  ['cloudflare', 'requests', 1200 / 5, 'minute', 'Cloudflare allows 1,200 requests in five minutes.'],
  ['notion', 'requests', 3 * 60, 'minute', 'Notion allows three requests a second.'],
  ['telegram', 'requests', 30 * 60, 'minute', 'Telegram allows a bot about 30 messages a second.'],
  ['discord', 'requests', 50 * 60, 'minute', 'Discord allows 50 requests a second.'],
  ['openai', 'cost', 20e6, 'month', 'Nothing limits what OpenAI may cost; $20 a month is a place to begin.'],
  ['deepgram', 'cost', 20e6, 'month', 'Nothing limits what Deepgram may cost; $20 a month is a place to begin.'],
  ['twocaptcha', 'cost', 10e6, 'month', 'Nothing limits what 2Captcha may cost; $10 a month is a place to begin.'],
])('the first limit for %s: %s, %d a %s', (id, counts, limit, every, because) => {
  const usual = usualQuota(catalogue.get(id));
  expect(usual).toMatchObject({ because, definition: { counts, limit, period: { every }, atLimit: 'block' } });
  expect(usual?.definition.scope).toEqual({ kind: 'provider', provider: id });
});

test('nothing is made up for a provider that charges nothing and says nothing', () => {
  expect(usualQuota(catalogue.get('npm'))).toBeNull();
  expect(demoQuotas().map(({ definition: { counts, limit, scope } }) => [counts, limit, scope.kind])).toEqual([
    ['requests', 100, 'system'],
    ['tokens', 1_000_000, 'system'],
  ]);
});
