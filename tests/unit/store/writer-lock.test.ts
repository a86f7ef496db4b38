import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireWriterLock } from '../../../electron/core/store/writer-lock.ts';
import { testHome } from '../../support/test-vault.ts';

test('only one holds it, and it can be had again after release', () => {
  const paths = testHome();
  const first = acquireWriterLock(paths);
  expect(first).not.toBeNull();
  expect(acquireWriterLock(paths)).toBeNull();
  expect(acquireWriterLock(paths)).toBeNull(); // the failed try did not free the first one's lock
  first?.release();
  const again = acquireWriterLock(paths);
  expect(again).not.toBeNull();
  again?.release();
  expect(statSync(paths.writerLock).mode & 0o777).toBe(0o600);
});

test('another process is kept out, and kill -9 frees it', async () => {
  const paths = testHome();
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'writer-lock-child.ts'), paths.writerLock], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  expect(acquireWriterLock(paths)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const mine = acquireWriterLock(paths);
  expect(mine).not.toBeNull();
  mine?.release();
});
