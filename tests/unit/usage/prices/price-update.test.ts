import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { readAudit } from '../../../../electron/core/audit/audit-log.ts';
import {
  assertTakeable,
  isSigned,
  signedBytes,
  verifiedUpdate,
} from '../../../../electron/core/usage/prices/price-update.ts';
import { UPDATE_KEYS } from '../../../../electron/core/usage/prices/update-keys.ts';
import { AppError } from '../../../../shared/errors.ts';
import { call, SHIPPED } from '../recording.ts';
import { pricing } from './support.ts';

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
}
const OLD = keyPair();
const NEW = keyPair();
const STRANGER = keyPair();
const KEYS = [OLD.spki, NEW.spki];

const MODEL = {
  provider: 'openai',
  model: 'gpt-99',
  kind: 'chat',
  status: 'current',
  prices: [{ input: 5, output: 5 }],
  source: 'a test',
};
const document = { ...SHIPPED.document, asOf: '2030-01-01', models: [...SHIPPED.document.models, MODEL] };
const CONTENT = {
  product: 'keyharbor.prices',
  version: 7,
  issued: '2030-01-01T00:00:00Z',
  expires: '2030-07-01T00:00:00Z',
  document,
};
const NOW = Date.UTC(2030, 0, 15);

function signed(content: object, key: KeyObject = NEW.privateKey): Record<string, unknown> {
  return { ...content, signature: sign(null, signedBytes(content), key).toString('base64') };
}
function pieces(file: unknown): string[] {
  return JSON.stringify(file).match(/.{1,16000}/gs) ?? [];
}
function started(vault?: Parameters<typeof pricing>[1], keys: readonly string[] = KEYS) {
  const all = pricing(keys, vault);
  all.clock.wallMs = NOW;
  return all;
}
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'taken';
};

test('a signed file takes the place of the list, and is there after a restart', () => {
  const first = started();
  const taken = first.prices.update({ document: pieces(signed(CONTENT)), own: false }, 'cli');
  expect(taken).toEqual({
    taken: 'update',
    version: 7,
    asOf: '2030-01-01',
    prices: document.models.length,
    added: 1,
    changed: 0,
  });
  const second = started(first.vault);
  second.usage.record([call({ model: 'gpt-99', tokens: { inputTokens: 1_000_000 } })]);
  expect(second.usage.report({ by: 'model' }).rows[0]?.costMicroUsd).toBe(5);
  expect(second.prices.list()).toMatchObject({
    asOf: '2030-01-01',
    update: { version: 7, issued: '2030-01-01T00:00:00.000Z', expired: false },
  });
  expect(readAudit(first.vault.opened(), { limit: 1 })[0]).toMatchObject({
    action: 'prices.update',
    meta: { version: 7 },
  });
});

test('either of two keys may sign, no other', () => {
  expect(verifiedUpdate(signed(CONTENT, OLD.privateKey), KEYS).version).toBe(7);
  expect(verifiedUpdate(signed(CONTENT, NEW.privateKey), KEYS).version).toBe(7);
  expect(() => verifiedUpdate(signed(CONTENT, STRANGER.privateKey), KEYS)).toThrow(/signature/);
});

const file = signed(CONTENT);
test.each([
  ['a stranger signed it', signed(CONTENT, STRANGER.privateKey), 'security_violation'],
  ['a figure was changed', { ...file, document: SHIPPED.document }, 'security_violation'],
  ['its end was put off', { ...file, expires: '2040-01-01T00:00:00Z' }, 'security_violation'],
  ['a member was added', { ...file, extra: 1 }, 'security_violation'],
  ['its signature is cut', { ...file, signature: 'AAAA' }, 'security_violation'],
  [
    'its signature has more behind it',
    { ...file, signature: `${String(file['signature'])}AAAA` },
    'security_violation',
  ],
  ['it is a signed file of something else', signed({ ...CONTENT, product: 'keyharbor.app' }), 'security_violation'],
  ['it has expired', signed({ ...CONTENT, expires: '2030-01-14T00:00:00Z' }), 'conflict'],
  ['it comes from the future', signed({ ...CONTENT, issued: '2030-03-01T00:00:00Z' }), 'conflict'],
  ['it holds no prices', signed({ ...CONTENT, document: {} }), 'invalid_input'],
  ['it has a member that this version does not know', signed({ ...CONTENT, extra: 1 }), 'invalid_input'],
  ['it has no version', signed({ ...CONTENT, version: 0 }), 'invalid_input'],
])('an update is refused and nothing changes: %s', (_, given, code) => {
  const { prices, heard } = started();
  expect(codeOf(() => prices.update({ document: pieces(given), own: true }, 'cli'))).toBe(code);
  expect([prices.list().update, prices.list().asOf, heard]).toEqual([null, SHIPPED.asOf, []]);
});

test('an update may be signed by a clock that is up to a day ahead, and is taken until the moment that it expires', () => {
  const update = { version: 7, issuedMs: NOW + 24 * 3_600_000, expiresMs: NOW + 1, document: SHIPPED.document };
  expect(() => assertTakeable(update, 6, NOW)).not.toThrow();
  expect(() => assertTakeable({ ...update, issuedMs: update.issuedMs + 1 }, 6, NOW)).toThrow(/from the future/);
  expect(() => assertTakeable({ ...update, expiresMs: NOW }, 6, NOW)).toThrow(/has expired/);
});

test('a file is signed where it has a signature, whatever that is; no file of another kind is', () => {
  expect([{ signature: 1 }, { signature: null }, {}, null, 'signature', ['signature']].map(isSigned)).toEqual([
    ...[true, true, false, false, false, false],
  ]);
});

test('a price that is there with other figures is counted as changed, one that is the same is not', () => {
  const { prices } = started();
  const [first, ...others] = SHIPPED.document.models;
  const dearer = { ...first, prices: [{ input: 5, output: 5 }] };
  const content = { ...CONTENT, document: { ...document, models: [dearer, ...others] } };
  expect(prices.update({ document: pieces(signed(content)), own: false }, 'cli')).toMatchObject({
    added: 0,
    changed: 1,
  });
});

test('a lower or equal version does not come back', () => {
  const { prices } = started();
  prices.update({ document: pieces(file), own: false }, 'cli');
  for (const version of [7, 6]) {
    const again = pieces(signed({ ...CONTENT, version }));
    expect(codeOf(() => prices.update({ document: again, own: false }, 'cli'))).toBe('conflict');
  }
  prices.update({ document: pieces(signed({ ...CONTENT, version: 8 })), own: false }, 'cli');
  expect(prices.list().update?.version).toBe(8);
});

test('what is stored is verified again: with keys given up since, or another byte, the shipped list holds', () => {
  const first = started();
  first.prices.update({ document: pieces(file), own: false }, 'cli');
  expect(started(first.vault, [OLD.spki]).prices.list().update).toBeNull();
  first.vault.opened().db.prepare(`UPDATE price_update SET file = replace(file, '"input":5', '"input":1')`).run();
  const { prices, warned } = started(first.vault);
  expect([prices.list().asOf, warned]).toEqual([SHIPPED.asOf, ['prices.update-not-verified']]);
});

test('an update that expired after it was taken is used, and marked', () => {
  const { prices, clock } = started();
  prices.update({ document: pieces(file), own: false }, 'cli');
  clock.wallMs = Date.UTC(2031, 0, 1);
  expect(prices.list().update).toMatchObject({ version: 7, expired: true });
});

test('a list of a newer program goes before an older update', () => {
  const { prices } = started();
  const older = { ...CONTENT, document: { ...document, asOf: '2020-01-01' } };
  prices.update({ document: pieces(signed(older)), own: false }, 'cli');
  expect([prices.list().asOf, prices.list().update]).toEqual([SHIPPED.asOf, null]);
});

test('a file that nobody signed becomes own prices, and only where that was said', () => {
  const { prices } = started();
  const bare = pieces({ ...document, models: [MODEL] });
  expect(codeOf(() => prices.update({ document: bare, own: false }, 'cli'))).toBe('forbidden');
  expect(prices.update({ document: bare, own: true }, 'cli')).toEqual({
    taken: 'own',
    version: null,
    asOf: '2030-01-01',
    prices: 1,
    added: 1,
    changed: 0,
  });
  expect(prices.list().prices[0]).toMatchObject({ source: 'own', model: 'gpt-99' });
  expect(codeOf(() => prices.update({ document: ['{"schema":1}'], own: true }, 'cli'))).toBe('invalid_input');
  expect(codeOf(() => prices.update({ document: ['no json'], own: true }, 'cli'))).toBe('invalid_input');
});

test('what its service tiers do to prices becomes the own too, of all models or of some', () => {
  const { prices } = started();
  prices.setTier({ provider: 'openai', tier: 'priority', factor: [9, 1] }, 'cli');
  const tiers = [
    { provider: 'openai', tier: 'priority', models: ['gpt-99'], factor: [3, 1] },
    { provider: 'openai', tier: 'priority', models: ['gpt-98'], factor: [4, 1] },
    { provider: 'mistral', tier: 'batch', factor: [1, 4] },
  ];
  prices.update({ document: pieces({ ...document, models: [MODEL], tiers }), own: true }, 'cli');
  const own = () => prices.list().tiers.filter(({ source }) => source === 'own');
  expect(own()).toEqual([tiers[2], tiers[0], tiers[1]].map((tier) => ({ ...tier, source: 'own' })));
  const factors = (models: readonly string[]) =>
    models.map((model) => prices.book.tierFactor('openai', 'priority', model));
  expect(factors(['gpt-99-mini', 'gpt-98', 'gpt-4'])).toEqual([[3, 1], [4, 1], null]); // no longer 9 for all
  prices.setTier({ provider: 'openai', tier: 'priority', factor: null }, 'cli');
  expect(own()).toEqual([{ ...tiers[2], source: 'own' }]);
});

test('own prices of a file are those of units too, and the audit log has how many there were', () => {
  const { prices, vault, heard } = started();
  const unit = { provider: 'deepgram', unit: 'seconds', prices: [{ price: 1 }], source: 'a test' };
  const bare = (models: readonly object[]) => pieces({ ...document, models, unitPrices: [unit], tiers: [] });
  expect(prices.update({ document: bare([MODEL]), own: true }, 'ui')).toMatchObject({
    prices: 2,
    added: 2,
    changed: 0,
  });
  const changed = { ...MODEL, prices: [{ input: 6, output: 5 }] };
  expect(prices.update({ document: bare([changed]), own: true }, 'ui')).toMatchObject({
    prices: 2,
    added: 0,
    changed: 1,
  });
  expect(prices.list().prices.slice(0, 2)).toMatchObject([
    { source: 'own', model: 'gpt-99', prices: [{ input: 6 }] },
    { source: 'own', per: 'seconds' },
  ]);
  expect(readAudit(vault.opened(), { limit: 1 })).toMatchObject([
    { actor: 'ui', action: 'prices.update', target: '2030-01-01', meta: { own: true, prices: 2, tiers: 0 } },
  ]);
  expect(heard.map(({ event }) => event)).toEqual(['prices.changed', 'prices.changed']);
});

test('what an update brought is told as such, one of the day of the program’s own list too', () => {
  const { prices } = started();
  expect(new Set(prices.list().prices.map(({ source }) => source))).toEqual(new Set(['book']));
  const sameDay = { ...CONTENT, document: { ...document, asOf: SHIPPED.asOf } };
  prices.update({ document: pieces(signed(sameDay)), own: false }, 'cli');
  const { prices: listed, tiers, update } = prices.list();
  expect(update?.version).toBe(7);
  expect(new Set([...listed, ...tiers].map(({ source }) => source))).toEqual(new Set(['update']));
});

test('two public keys are built in, and both are keys', () => {
  expect(new Set(UPDATE_KEYS).size).toBe(2);
  expect(() => verifiedUpdate(file, UPDATE_KEYS)).toThrow(/signature/);
});

test('what is signed does not depend on the order of members or on white space', () => {
  expect(signedBytes({ b: [1, { d: 'ä', c: null }], a: true }).toString()).toBe(
    'kh/price-update/v1\n{"a":true,"b":[1,{"c":null,"d":"ä"}]}',
  );
  expect(signedBytes({ c: 1, a: 2, b: 3 }).toString()).toBe('kh/price-update/v1\n{"a":2,"b":3,"c":1}');
  expect(() => signedBytes({ a: 0.5 })).toThrow();
  expect(() => signedBytes({ a: undefined })).toThrow();
});
