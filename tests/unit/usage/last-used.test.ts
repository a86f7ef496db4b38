import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { AppError } from '../../../shared/errors.ts';
import { LastUsed } from '../../../electron/core/usage/last-used.ts';
import { usage0001 } from '../../../electron/core/store/migrations/0001-usage.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function setUp() {
  const usageDb = new Database(':memory:');
  usageDb.exec(usage0001);
  const clock = new FakeClock();
  const state = { locked: false, warnings: 0 };
  const written: string[] = [];
  const lastUsed = new LastUsed({
    vault: {
      opened: () => {
        if (state.locked) throw new AppError('vault_locked', 'The vault is locked.');
        return { usageDb } as OpenVault;
      },
    },
    clock,
    log: { warn: () => (state.warnings += 1) },
    written: (kind, ids) => written.push(`${kind} ${ids.join(' ')}`),
  });
  const rows = () => usageDb.prepare('SELECT kind, id, used_by FROM last_used ORDER BY id').all();
  return { clock, lastUsed, rows, written, state };
}

test('a use is known at once and written within a second, once', () => {
  const { clock, lastUsed, rows, written } = setUp();
  for (let count = 0; count < 100; count += 1) lastUsed.note('credential', 'a1', 'tool');
  lastUsed.note('client', 'c1', 'endpoint');
  expect(lastUsed.of('credential', 'a1')).toEqual({ atMs: clock.now(), usedBy: 'tool' });
  expect(lastUsed.all('client').get('c1')?.usedBy).toBe('endpoint');
  expect(rows()).toEqual([]);
  clock.advance(1000);
  expect(rows()).toHaveLength(2);
  expect(written).toEqual(['credential a1', 'client c1']);
  expect(lastUsed.of('credential', 'a1')?.usedBy).toBe('tool');
  expect(lastUsed.of('credential', 'unknown')).toBeNull();
});

test('what is noted is written by flush, before a lock', () => {
  const { lastUsed, rows, written } = setUp();
  lastUsed.note('credential', 'a1', 'tool');
  lastUsed.flush();
  expect(rows()).toEqual([{ kind: 'credential', id: 'a1', used_by: 'tool' }]);
  expect(written).toEqual([]);
});

test('a write that fails ends nothing and is tried again with the next note', () => {
  const { clock, lastUsed, rows, state } = setUp();
  lastUsed.note('credential', 'a1', 'tool');
  state.locked = true;
  clock.advance(1000);
  expect(state.warnings).toBe(1);
  state.locked = false;
  lastUsed.note('credential', 'a2', 'tool');
  clock.advance(1000);
  expect(rows()).toHaveLength(2);
});
