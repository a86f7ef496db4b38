import { expect, test } from 'vitest';
import { readUsage as readAll, reportUsage, type UsageClient } from '../../../electron/core/usage/client-usage.ts';
import { toFigures } from '../../../shared/usage.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { codeOf } from '../../support/test-vault.ts';
import { credentialInput, startUnlockedApp, usageOf } from '../../support/test-app.ts';

const EDITOR: UsageClient = {
  id: 'abcdefghij',
  name: 'editor',
  grants: [{ kind: 'usage:write' }, { kind: 'keys:read', provider: 'openai', label: null }],
};
const OTHER: UsageClient = { ...EDITOR, id: 'other12345', name: 'other' };

const readUsage = async (...given: Parameters<typeof readAll>) => (await readAll(...given)).rows;

async function withKey() {
  const { app, clock, heard } = await startUnlockedApp();
  for (const provider of ['openai', 'anthropic']) {
    const fields = { api_key: fakeKey(provider) };
    app.credentials.add(credentialInput({ provider, label: 'work', fields }), 'cli');
  }
  const deps = {
    usage: usageOf(app, clock),
    clock,
    resolve: (provider: string, label: string) => app.credentials.resolve(provider, label),
  };
  return { app, clock, heard, deps };
}

const CALL = {
  requestId: 'r-1',
  provider: 'openai',
  label: 'work',
  model: 'gpt-6-luna',
  inputTokens: 1000,
  outputTokens: 100,
};

test.each([
  ['tokens', { inputTokens: 1e9 }, { inputTokens: 1e9 + 1 }],
  ['a cost', { costMicroUsd: 1e10 }, { costMicroUsd: 1e10 + 1 }],
  ['an amount', { unit: 'characters', amount: 1e9 }, { unit: 'characters', amount: 1e9 + 1 }],
] as const)('%s beyond what one call can have is a mistake, and refused', async (_, most, more) => {
  const { deps } = await withKey();
  expect(reportUsage(deps, EDITOR, { ...CALL, ...most })).toMatchObject({ recorded: 1 });
  expect(await codeOf(() => reportUsage(deps, EDITOR, { ...CALL, ...more, requestId: 'r-2' }))).toBe('invalid_input');
});

test('what a client tells is counted once, priced, and read back by it alone', async () => {
  const { deps } = await withKey();
  expect(reportUsage(deps, EDITOR, CALL)).toEqual({ recorded: 1, known: 0 });
  expect(reportUsage(deps, EDITOR, CALL)).toEqual({ recorded: 0, known: 1 });
  const calls = [CALL, { ...CALL, requestId: 'r-2' }, { ...CALL, requestId: 'r-2' }];
  expect(reportUsage(deps, EDITOR, { calls })).toEqual({ recorded: 1, known: 2 });
  expect(reportUsage(deps, OTHER, CALL)).toEqual({ recorded: 1, known: 0 });
  const figures = {
    ...{ inputTokens: 2000, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 200, costMicroUsd: 300 },
    ...{ failed: 0, incomplete: 0, unpriced: 0, knownCostMicroUsd: 300, costCertainty: 'known' },
  };
  expect(await readUsage(deps, EDITOR, {})).toEqual([{ key: 'gpt-6-luna', requests: 2, ...figures }]);
  expect(await readUsage(deps, EDITOR, { by: 'credential' })).toEqual([
    { key: 'openai/work', requests: 2, ...figures },
  ]);
  expect(await readUsage(deps, EDITOR, { by: 'client' })).toEqual([{ key: 'editor', requests: 2, ...figures }]);
  expect((await deps.usage.report({ by: 'provider' })).rows.map(toFigures)).toEqual([
    expect.objectContaining({ key: 'openai', requests: 3, costMicroUsd: 450 }),
  ]);
});

test('a cost that the client was told is taken; a call without figures costs unknown, a failed one nothing', async () => {
  const { deps } = await withKey();
  reportUsage(deps, EDITOR, { ...CALL, costMicroUsd: 7 });
  const bare = { provider: 'openai', label: 'work' };
  reportUsage(deps, EDITOR, { ...bare, requestId: 'r-3', endpoint: 'a?secret=1' });
  reportUsage(deps, EDITOR, { ...bare, requestId: 'r-4', status: 500, model: 'failed' });
  const costs = await readUsage(deps, EDITOR, {});
  expect(costs.map(({ key, costMicroUsd, costCertainty }) => [key, costMicroUsd, costCertainty])).toEqual([
    ['gpt-6-luna', 7, 'known'],
    ['', null, 'unknown'],
    ['failed', 0, 'known'],
  ]);
  // The failed call cost a known nothing, which makes no other cost known.
  const at = await readUsage(deps, EDITOR, { by: 'provider' });
  expect(at).toMatchObject([{ requests: 3, failed: 1, unpriced: 1, costMicroUsd: null, costCertainty: 'at-least' }]);
  expect((await readUsage(deps, EDITOR, { by: 'endpoint' })).map(({ key }) => key)).toEqual(['', 'a']);
});

test('what is not counted in tokens, and a service tier, are told and priced', async () => {
  const { app, deps } = await withKey();
  app.prices.set({ per: 'characters', provider: 'openai', model: 'tts-x', price: 15_000_000 }, 'cli');
  const { provider, label } = CALL;
  reportUsage(deps, EDITOR, { requestId: 'u', provider, label, model: 'tts-x', unit: 'characters', amount: 2000.5 });
  reportUsage(deps, EDITOR, { ...CALL, requestId: 't', serviceTier: 'batch' });
  const costs = await readUsage(deps, EDITOR, {});
  expect(costs.map(({ key, costMicroUsd }) => [key, costMicroUsd])).toEqual([
    ['tts-x', 30_008],
    ['gpt-6-luna', 75],
  ]);
});

test('what cannot be is refused, and the field is named', async () => {
  const { deps } = await withKey();
  const refused = (wrong: object, field: string) => {
    const error: unknown = expect.objectContaining({
      code: 'invalid_input',
      hint: expect.stringContaining(field) as string,
    });
    expect(() => reportUsage(deps, EDITOR, { ...CALL, ...wrong })).toThrow(error);
    expect(() => reportUsage(deps, EDITOR, { calls: [CALL, { ...CALL, ...wrong }] })).toThrow(error);
  };
  refused({ unit: 'characters' }, 'unit');
  refused({ amount: 1 }, 'unit');
  refused({ unit: 'parsecs', amount: 1 }, 'unit');
  refused({ reasoningTokens: 101 }, 'reasoningTokens');
  refused({ model: 'two words' }, 'model');
});

test('a period may be left open at either end, whether it is given in days or in times', async () => {
  const { deps, clock } = await withKey();
  reportUsage(deps, EDITOR, CALL);
  const at = (ms: number) => new Date(clock.now() + ms).toISOString();
  const requests = async (query: Record<string, string>) =>
    (await readUsage(deps, EDITOR, query)).map(({ requests }) => requests);
  const day = 24 * 3_600_000;
  expect(await requests({ from: at(-2 * day) })).toEqual([1]);
  expect(await requests({ to: at(2 * day) })).toEqual([1]);
  expect(await requests({ from: at(-2 * day).slice(0, 10) })).toEqual([1]);
  expect(await requests({ from: '7d' })).toEqual([1]);
  expect(await requests({ from: at(2 * day) })).toEqual([]);
  expect(await requests({ to: at(-2 * day) })).toEqual([]);
});

test('nothing of a report is recorded where one of its calls is refused', async () => {
  const { deps, clock } = await withKey();
  const refused = (change: object, code: string) => {
    const calls = [CALL, { ...CALL, requestId: 'r-2', ...change }];
    return expect(codeOf(() => reportUsage(deps, EDITOR, { calls }))).resolves.toBe(code);
  };
  await refused({ provider: 'anthropic' }, 'forbidden');
  await refused({ label: 'none' }, 'key_not_found');
  await refused({ inputTokens: -1 }, 'invalid_input');
  await refused({ inputTokens: 1.5 }, 'invalid_input');
  await refused({ prompt: 'text' }, 'invalid_input');
  await refused({ requestId: 'a\nb' }, 'invalid_input');
  await refused({ requestId: 'batch-answer:1' }, 'invalid_input');
  await refused({ at: new Date(clock.now() + 3_600_000).toISOString() }, 'invalid_input');
  await refused({ at: '2020-01-01T00:00:00Z' }, 'invalid_input');
  expect(await codeOf(() => reportUsage(deps, EDITOR, { calls: Array.from({ length: 1001 }, () => CALL) }))).toBe(
    'invalid_input',
  );
  expect(await codeOf(() => reportUsage(deps, EDITOR, 'text'))).toBe('invalid_input');
  expect(await codeOf(() => readUsage(deps, EDITOR, { by: 'outcome' }))).toBe('invalid_input');
  expect(await codeOf(() => readUsage(deps, EDITOR, { client: 'other12345' }))).toBe('invalid_input');
  expect((await deps.usage.report({ by: 'provider' })).rows).toEqual([]);
});

test('a report is told as an event, and a locked vault tells nothing', async () => {
  const { app, deps, heard } = await withKey();
  reportUsage(deps, EDITOR, CALL);
  expect(heard.filter(({ event }) => event === 'usage.recorded')).toHaveLength(1);
  app.vault.lock('asked');
  expect(await codeOf(() => deps.usage.report({ by: 'provider' }))).toBe('vault_locked');
});
