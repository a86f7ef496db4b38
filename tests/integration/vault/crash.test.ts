import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import { isSound } from '../../../electron/core/store/database.ts';
import { OTHER_PASSWORD, PASSWORD, testHome, testVault } from '../../support/test-vault.ts';

/** A process that uses a vault for real and can be killed at any moment. Plain Node: true KDF parameters. */
function child(...args: string[]): ChildProcess {
  const script = path.join(import.meta.dirname, 'vault-child.ts');
  const started = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void started.kill('SIGKILL'));
  return started;
}

test('kill -9 while keys are added loses none that was acknowledged, and the chain of the log holds', async () => {
  const paths = testHome();
  const adding = child('add', paths.home, PASSWORD);
  const acknowledged: string[] = [];
  if (adding.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: adding.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === 300) adding.kill('SIGKILL');
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(300);

  const { vault } = testVault(paths);
  await vault.unlock(PASSWORD);
  const { db } = vault.opened();
  const stored = new Set(db.prepare('SELECT name FROM setting').pluck().all());
  expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  expect(stored.size - acknowledged.length).toBeLessThanOrEqual(1); // one may be committed and not yet said
  expect(isSound(db)).toBe(true);
  expect(verifyAudit(vault.opened()).firstBadSeq).toBeNull();
});

test('kill -9 while passwords are changed leaves a vault that opens with one of the two, and says which', async () => {
  const paths = testHome();
  for (let round = 0; round < 3; round += 1) {
    const changing = child('change', paths.home, PASSWORD, OTHER_PASSWORD);
    if (changing.stdout === null) throw new Error('no output');
    let lines = 0;
    for await (const _ of createInterface({ input: changing.stdout })) {
      lines += 1;
      if (lines === 2 + round) changing.kill('SIGKILL');
    }
    const { vault } = testVault(paths);
    const opened: string[] = [];
    for (const password of [PASSWORD, OTHER_PASSWORD]) {
      await vault.unlock(password).then(
        () => opened.push(password),
        () => undefined,
      );
      vault.lock('asked');
    }
    expect(opened).toHaveLength(1);
    await vault.unlock(opened[0] ?? '');
    expect(readAudit(vault.opened(), { limit: 1000 }).length).toBeGreaterThan(0);
    expect(verifyAudit(vault.opened()).firstBadSeq).toBeNull();
    await vault.changePassword(opened[0] ?? '', PASSWORD);
    await vault.close();
  }
});

test('kill -9 while a vault is made leaves a whole one or none', async () => {
  for (const afterMs of [30, 120, 250, 400]) {
    const paths = testHome();
    const making = child('add', paths.home, PASSWORD);
    const timer = setTimeout(() => making.kill('SIGKILL'), afterMs);
    making.stdout?.once('data', () => making.kill('SIGKILL'));
    await once(making, 'exit');
    clearTimeout(timer);
    const { vault } = testVault(paths);
    if (vault.state === 'no-vault') {
      await vault.create({ password: PASSWORD, kdf: 'argon2id' });
    } else {
      await vault.unlock(PASSWORD);
    }
    expect(vault.state).toBe('unlocked');
    expect(existsSync(paths.vaultDb)).toBe(true);
    expect(readdirSync(paths.home).filter((name) => name.includes('.new') || name.endsWith('.tmp'))).toEqual([]);
  }
});
