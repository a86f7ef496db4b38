import { describe, expect, test } from 'vitest';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { isSeenInBody } from '../../../electron/core/quotas/estimate.ts';
import { QuotasOfCalls } from '../../../electron/core/quotas/proxy-quota.ts';
import type { QuotaScope } from '../../../shared/quotas.ts';
import { CLIENT, Counting, daily, KEY, OPENAI, OTHER } from './counting.ts';

const NO_KEY = 'f'.repeat(32);

/** Whether a call of the client with the key is read before it goes out. */
function reads(counting: Counting, given: { client?: string; credential?: string; project?: string } = {}): boolean {
  const { client = CLIENT, credential = KEY, project = null } = given;
  const info = { provider: OPENAI, client: { id: client, project }, method: 'POST', path: 'responses' };
  return new QuotasOfCalls(counting.quotas).readsBody(info as never, { id: credential } as never, true);
}

describe('a body is read before it goes out', () => {
  const about: readonly (readonly [QuotaScope, Parameters<typeof reads>[1], Parameters<typeof reads>[1]])[] = [
    [{ kind: 'credential', credential: KEY }, {}, { credential: NO_KEY }],
    [{ kind: 'clients', clients: [OTHER], fair: true }, { client: OTHER }, {}],
    [{ kind: 'project', project: '/srv/app' }, { project: '/srv/app/web' }, { project: '/srv/application' }],
  ];
  test.each(about)('where a limit on tokens or cost is about it: %o', (scope, its, others) => {
    for (const counts of ['tokens', 'cost'] as const) {
      const counting = new Counting();
      counting.keys = [KEY, NO_KEY];
      const { id } = counting.set(daily(1e6, { counts, scope }));
      expect([reads(counting, its), reads(counting, others)]).toEqual([true, false]);
      counting.set(daily(1e6, { counts, scope, enabled: false }), id);
      expect(reads(counting, its)).toBe(false);
      counting.set(daily(1e6, { counts, scope, atLimit: 'warn' }), id); // what it holds is shown and slows
      expect(reads(counting, its)).toBe(true);
      counting.quotas.remove(id, 'cli');
      expect(reads(counting, its)).toBe(false);
    }
  });

  test('where a limit is about everything, and never for a limit on requests', () => {
    const counting = new Counting();
    counting.set(daily(10));
    counting.set(daily(10, { name: 'OpenAI', scope: { kind: 'provider', provider: 'openai' } }));
    expect(reads(counting)).toBe(false);
    counting.set(daily(10, { name: 'money', counts: 'cost' }));
    expect([reads(counting), reads(counting, { client: OTHER, credential: NO_KEY })]).toEqual([true, true]);
  });
});

test('a body tells what a call takes only where tokens are counted, or characters whose number nobody told', () => {
  const provider = (kind: string, unit: string) => ({ usage: { kind, unit, includeUsage: false } }) as never;
  const sees = (of: Pick<ProviderDescriptor, 'usage' | 'category'>, method = 'POST') =>
    [true, false].map((isSized) => isSeenInBody({ provider: of as ProviderDescriptor, method }, isSized));
  expect(sees(provider('openai', 'tokens'))).toEqual([true, true]);
  expect(sees(provider('openai', 'tokens'), 'GET')).toEqual([false, false]);
  expect(sees(provider('elevenlabs', 'characters'))).toEqual([false, true]);
  expect(sees(provider('none', 'calls'))).toEqual([false, false]);
  expect(sees({ category: 'llm' })).toEqual([true, true]);
});
