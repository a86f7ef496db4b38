import { describe, expect, test } from 'vitest';
import { formatSeconds } from '../../../renderer/i18n/format.ts';
import { m } from '../../../renderer/i18n/messages.ts';
import {
  definitionOf,
  emptyQuotaForm,
  formOfQuota,
  isAdvanced,
  parseLevels,
  type QuotaForm,
  quotaErrors,
} from '../../../renderer/quotas/quota-form.ts';
import { definitionSentences, type ScopeNames, scopeWords } from '../../../renderer/quotas/quota-words.ts';
import { quotaDefinition } from '../../../shared/quotas.ts';

const empty = emptyQuotaForm('Europe/Berlin');
const e = m.quotas.errors;
const CLIENT = 'A1b2C3d4E5';
const full: QuotaForm = {
  ...empty,
  name: ' Team ',
  scope: 'clients',
  clients: [CLIENT, 'Z1b2C3d4E5'],
  limit: '1,234.56',
  every: 'cron',
  expression: '0  9 * * 1',
  ownWarnings: true,
  warnAt: '90 75;50',
  throttle: { on: true, from: '80', curve: 'late', seconds: '2,5' },
  buffer: { on: true, percent: '5', clients: [CLIENT] },
  rollover: { on: true, percent: '25' },
  adjust: { on: true, min: '1000', max: '2000' },
};
const names: ScopeNames = {
  provider: (id) => ({ openai: 'OpenAI' })[id],
  credential: () => undefined,
  client: (id) => ({ [CLIENT]: 'editor' })[id],
};

test('what is typed becomes a quota of the contract, to the micro-dollar', () => {
  expect(quotaErrors(full)).toEqual({});
  expect(quotaDefinition.parse(definitionOf(full, 'unused'))).toEqual({
    name: 'Team',
    enabled: true,
    counts: 'cost',
    scope: { kind: 'clients', clients: [CLIENT, 'Z1b2C3d4E5'], fair: true },
    period: { every: 'cron', expression: '0 9 * * 1', zone: 'Europe/Berlin' },
    limit: 1_234_560_000,
    atLimit: 'block',
    warnAt: [50, 75, 90],
    throttle: { fromPercent: 80, curve: 'late', maxDelayMs: 2500 },
    buffer: { percent: 5, clients: [CLIENT] },
    countImports: false,
    rollover: { maxPercent: 25 },
    adjust: { min: 1_000_000_000, max: 2_000_000_000 },
  });
});

test('a quota that is edited and saved untouched is the same quota', () => {
  const definition = quotaDefinition.parse(definitionOf(full, ''));
  expect(definitionOf(formOfQuota(definition, 'UTC'), '')).toEqual(definition);
  const plain = quotaDefinition.parse(
    definitionOf({ ...empty, scope: 'provider', provider: 'openai', limit: '10' }, 'OpenAI'),
  );
  expect(definitionOf(formOfQuota(plain, 'UTC'), '')).toEqual(plain);
});

test('what is switched off is not sent, and a quota without a name gets one', () => {
  const definition = definitionOf({ ...full, name: '  ', throttle: { ...full.throttle, on: false } }, 'Both tools');
  expect(definition.throttle).toBeNull();
  expect(definition.name).toBe('Both tools');
});

test('a new quota warns and slows as the settings say, until it has figures of its own', () => {
  const slowed = { ...empty, limit: '10', throttle: { ...empty.throttle, on: true } };
  expect(quotaErrors(slowed)).toEqual({});
  const definition = definitionOf(slowed, 'x');
  expect(definition).toMatchObject({ warnAt: null, throttle: { fromPercent: null, curve: null, maxDelayMs: null } });
  const again = formOfQuota(definition, 'UTC', [50, 80]);
  expect(again).toMatchObject({ ownWarnings: false, warnAt: '50, 80' });
  expect(definitionOf({ ...again, ownWarnings: true }, 'x').warnAt).toEqual([50, 80]);
});

test('only a quota of what imports can be about counts them', () => {
  const counts = (part: Partial<QuotaForm>) =>
    definitionOf({ ...empty, limit: '10', countImports: true, ...part }, 'x').countImports;
  expect(counts({ scope: 'provider', provider: 'openai' })).toBe(true);
  expect(counts({ scope: 'clients', clients: [CLIENT] })).toBe(false);
});

describe('what does not fit is said at its field', () => {
  test.each<[Partial<QuotaForm>, Readonly<Record<string, string>>]>([
    [{ limit: '' }, { limit: e.limit.cost }],
    [{ counts: 'requests', limit: '1.5' }, { limit: e.limit.requests }],
    [{ limit: '2000000000' }, { limit: e.limitMax }],
    [{ scope: 'provider' }, { provider: e.provider }],
    [{ scope: 'credential' }, { credential: e.credential }],
    [{ scope: 'clients' }, { clients: e.clients }],
    [{ scope: 'project', project: ' ' }, { project: e.project }],
    [{ day: '32' }, { day: e.day }],
    [{ every: 'cron', expression: '* *' }, { expression: e.expression }],
    [{ every: 'cron', zone: 'Mars/Olympus' }, { zone: e.zone }],
    [{ ownWarnings: true, warnAt: '75, 75' }, { warnAt: e.warnAt }],
    [{ ownWarnings: true, warnAt: '101' }, { warnAt: e.warnAt }],
    [{ throttle: { ...empty.throttle, on: true, from: '100' } }, { 'throttle.from': e.slowFrom }],
    [{ throttle: { ...empty.throttle, on: true, seconds: '61' } }, { 'throttle.seconds': e.maxDelay }],
    [{ buffer: { on: true, percent: '10', clients: [] } }, { 'buffer.clients': e.clients }],
    [{ rollover: { on: true, percent: '0' } }, { 'rollover.percent': e.rolloverPercent }],
    [{ adjust: { on: true, min: '5', max: '4' } }, { 'adjust.max': e.adjustOrder }],
  ])('%j', (part, errors) => {
    expect(quotaErrors({ ...empty, limit: '10', ...part })).toEqual(errors);
  });

  test('only fields under "Advanced" open it', () => {
    expect(['limit', 'warnAt', 'buffer.clients', 'adjust.max'].map(isAdvanced)).toEqual([false, false, true, true]);
  });
});

test('warning levels are read with any separator; none is allowed', () => {
  expect(parseLevels('100, 75 %, 90')).toEqual([75, 90, 100]);
  expect(parseLevels('')).toEqual([]);
  expect(parseLevels('1 2 3 4 5 6 7 8 9')).toBeNull();
});

test('a quota reads as sentences, with names', () => {
  expect(scopeWords({ kind: 'provider', provider: 'openai' }, names)).toBe('OpenAI');
  expect(scopeWords({ kind: 'credential', credential: '0'.repeat(32) }, names)).toBe(m.quotas.scopeGone);
  const definition = definitionOf({ ...empty, scope: 'clients', clients: [CLIENT], limit: '20' }, 'x');
  const held = { warnAt: [100, 75, 90], throttle: { fromPercent: 90, curve: 'linear', maxDelayMs: 5000 } } as const;
  expect(definitionSentences({ definition, inForce: { ...held, warnAt: [...held.warnAt] } }, names)).toEqual([
    'editor: $20.00 a month.',
    m.quotas.refuses,
    'Warns at 75, 90, 100 %.',
    m.quotas.sentences.slows(90, formatSeconds(5000)),
  ]);
});
