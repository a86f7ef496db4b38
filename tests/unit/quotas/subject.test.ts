import { expect, test } from 'vitest';
import { amountsOf, isAbout, isCounted, isOfCredential, subjectOf } from '../../../electron/core/quotas/subject.ts';
import { isWithin } from '../../../shared/folders.ts';
import type { QuotaScope } from '../../../shared/quotas.ts';
import { CLIENT, KEY, OTHER } from './counting.ts';
import { priced } from '../usage/analysis/filled-usage.ts';

const SUBJECT = { provider: 'openai', credential: KEY, client: CLIENT, project: '/srv/app' };

test.each<[QuotaScope, boolean, QuotaScope | null]>([
  [{ kind: 'all' }, false, null],
  [{ kind: 'provider', provider: 'openai' }, false, { kind: 'provider', provider: 'groq' }],
  [{ kind: 'credential', credential: KEY }, true, { kind: 'credential', credential: 'f'.repeat(32) }],
  [{ kind: 'clients', clients: [OTHER, CLIENT], fair: true }, false, { kind: 'clients', clients: [OTHER], fair: true }],
  [{ kind: 'project', project: '/srv' }, false, { kind: 'project', project: '/srv/ap' }],
  [{ kind: 'system' }, true, null],
])('%j is about what it names, and nothing else', (scope, ofCredential, other) => {
  expect(isAbout(scope, SUBJECT, (id) => id === KEY)).toBe(true);
  if (other !== null) expect(isAbout(other, SUBJECT, () => true)).toBe(false);
  if (scope.kind === 'system') expect(isAbout(scope, SUBJECT, () => false)).toBe(false);
  expect(isOfCredential(scope)).toBe(ofCredential);
});

test.each([
  ['/srv/app', ['/srv/app', '/srv/app/', '/srv/app/web'], ['/srv/apple', '/srv', '/SRV/app', '']],
  ['/srv/app/', ['/srv/app', '/srv/app/', '/srv/app/web'], ['/srv/apple', '']],
  ['C:\\work', ['C:\\work', 'C:\\work\\web', 'C:\\work/web'], ['C:\\workshop', 'C:\\']],
  ['C:\\', ['C:\\', 'C:\\work'], ['D:\\work', '']],
  ['/', ['/', '/srv'], ['', 'C:\\work']],
])(
  '%s has the folders below it, with either slash, and no call whose folder is not known',
  (folder, within, others) => {
    for (const path of within) expect([path, isWithin(folder, path)]).toEqual([path, true]);
    for (const path of others) expect([path, isWithin(folder, path)]).toEqual([path, false]);
  },
);

test('a call is a request, all of its tokens, and its cost or a price that is missing', () => {
  const tokens = {
    ...{ inputTokens: 1, cacheReadTokens: 20, cacheWriteTokens: 300, cacheWriteLongTokens: 4000 },
    ...{ outputTokens: 50_000, reasoningTokens: 7 },
  };
  const call = (costMicroUsd: number | null) =>
    priced({ atMs: 0, tokens, costMicroUsd, project: '/srv', client: 'tool' });
  expect(amountsOf(call(9))).toEqual({ requests: 1, tokens: 54_321, cost: 9, unpriced: 0 });
  expect(amountsOf(call(null))).toEqual({ requests: 1, tokens: 54_321, cost: 0, unpriced: 1 });
  expect(subjectOf(call(9))).toMatchObject({ provider: 'openai', client: 'id-of-tool', project: '/srv' });
});

test('an imported call counts only where that was said', () => {
  const of = (client: string) =>
    [true, false].map((countImports) => isCounted({ countImports }, { ...SUBJECT, client }));
  expect([of('import:codex'), of(CLIENT)]).toEqual([
    [true, false],
    [true, true],
  ]);
});
