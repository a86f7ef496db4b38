import { describe, expect, test } from 'vitest';
import { formatLatency, formatRelative, plural } from '../../../renderer/i18n/format.ts';
import { m } from '../../../renderer/i18n/messages.ts';
import { matchesSearch, parseWhole, VAULT_NUMBERS } from '../../../renderer/settings/defaults.ts';
import { chord, SHORTCUTS } from '../../../renderer/shell/shortcuts.ts';
import { ACTIVITY_EVERY_MS, atMostEvery } from '../../../renderer/state/activity.ts';
import { phaseOf } from '../../../renderer/state/session.ts';
import { vaultSettings } from '../../../shared/contract/schemas.ts';
import { inDays, NOW_MS } from './credential-fixture.ts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) =>
  chord({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe('shortcuts', () => {
  test('Command counts as Ctrl, letters are capitals, arrows lose their prefix', () => {
    expect(press('k', { metaKey: true })).toBe('Ctrl+K');
    expect(press('C', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+C');
    expect(press('ArrowLeft', { altKey: true })).toBe('Alt+Left');
  });
  test('Shift that only makes the sign is not part of it', () => {
    expect(press('/', { shiftKey: true })).toBe('/');
  });
  test('no two acts share keys', () => {
    const keys = SHORTCUTS.map((one) => one.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test('signs of life are sent at once, then at most every ten seconds', () => {
  const due = atMostEvery(ACTIVITY_EVERY_MS);
  expect([0, 1, 9_999, 10_000, 10_001].map(due)).toEqual([true, false, false, true, false]);
});

test('each state of the vault has its face', () => {
  expect(phaseOf('no-vault')).toBe('first-run');
  expect(phaseOf('unlocked')).toBe('unlocked');
  for (const state of ['locked', 'unlocking', 'gated'] as const) expect(phaseOf(state)).toBe('locked');
});

describe('settings', () => {
  test('the window accepts exactly the numbers that the contract accepts', () => {
    for (const [name, { byDefault, min, max }] of Object.entries(VAULT_NUMBERS)) {
      const accepted = (value: number): boolean =>
        vaultSettings.partial().safeParse({ [name]: value }).success &&
        parseWhole(String(value), { min, max }) !== null;
      const refused = (value: number): boolean =>
        !vaultSettings.partial().safeParse({ [name]: value }).success &&
        parseWhole(String(value), { min, max }) === null;
      expect([byDefault, min, max].every(accepted), name).toBe(true);
      expect([min - 1, max + 1].every(refused), name).toBe(true);
    }
  });
  test('search finds a setting by its words in any order', () => {
    expect(matchesSearch('clipboard clear', 'Clear the clipboard')).toBe(true);
    expect(matchesSearch('clipboard theme', 'Clear the clipboard')).toBe(false);
  });
});

describe('words and numbers', () => {
  test('one key, two keys', () => {
    expect([0, 1, 2].map((count) => plural(count, 'key', 'keys'))).toEqual(['0 keys', '1 key', '2 keys']);
  });
  test('a latency that was not measured is not shown', () => {
    expect(formatLatency(null)).toBeNull();
    expect(formatLatency(241.4)).toBe('241 ms');
  });
  test('times are told from now', () => {
    expect(formatRelative(inDays(-3), NOW_MS)).toBe('3 days ago');
    expect(formatRelative(new Date(NOW_MS - 5_000).toISOString(), NOW_MS)).toBe('just now');
    expect(formatRelative(new Date(NOW_MS + 5_000).toISOString(), NOW_MS, 'soon')).toBe('soon');
  });
  test('no text shouts', () => {
    const texts: string[] = [];
    const collect = (part: unknown): void => {
      if (typeof part === 'string') texts.push(part);
      else if (typeof part === 'object' && part !== null) Object.values(part).forEach(collect);
    };
    collect(m);
    expect(texts.length).toBeGreaterThan(200);
    expect(texts.filter((text) => text.includes('!'))).toEqual([]);
  });
});
