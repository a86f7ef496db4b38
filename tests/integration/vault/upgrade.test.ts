import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PASSWORD, testHome } from '../../support/test-vault.ts';

test('a slot under today’s defaults is rewrapped on unlock, and the header before it is kept for a week', () => {
  // Plain Node, so that the defaults are the true ones and not those of tests.
  const script = path.join(import.meta.dirname, 'upgrade-child.ts');
  const told: unknown = JSON.parse(
    execFileSync(process.execPath, [script, testHome().home, PASSWORD], { encoding: 'utf8' }),
  );
  expect(told).toEqual({
    before: { memoryKiB: 19 * 1024, passes: 2, lanes: 1 },
    after: { memoryKiB: 64 * 1024, passes: 3, lanes: 4 },
    sameSalt: false,
    keptHeaders: 1,
    opensAgain: 'unlocked',
    keptAfterEightDays: 1,
    audited: true,
  });
});
