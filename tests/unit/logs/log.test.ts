import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { crashFields, createLog, type LogFields } from '../../../electron/core/logs/log.ts';
import { LogFile } from '../../../electron/core/logs/log-file.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { testHome } from '../../support/test-vault.ts';

function logged(act: (log: ReturnType<typeof createLog>) => void): string {
  const folder = path.join(testHome().home, 'logs');
  const log = createLog(folder);
  act(log);
  log.close();
  return readFileSync(path.join(folder, 'keyharbor.log'), 'utf8');
}

test('a line is JSON with level, time, event and the allowed fields', () => {
  const line = JSON.parse(logged((log) => log.info('vault.unlocked', { ms: 12, host: 'headless' }))) as object;
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    event: 'vault.unlocked',
    host: 'headless',
    ms: 12,
  });
});

test('fields that are not allowed, or hold objects, are dropped even when types are cast away', () => {
  const fields = {
    label: 'work',
    headers: { a: 1 },
    code: { deep: 1 },
    url: 'https://x/?q',
    port: 7717,
  } as unknown as LogFields;
  expect(logged((log) => log.warn('x', fields))).toMatch(/"event":"x"}\n$|"port":7717,"event":"x"}\n$/);
});

test('a value cannot fake a line or steer a terminal', () => {
  const text = logged((log) => log.error('x', { reason: 'a\r\n{"level":"info"}\u001b[2J\u009b\u2028\u202e\u2066' }));
  expect(text.trim().split('\n')).toHaveLength(1);
  for (const character of text) expect(character.codePointAt(0) ?? 0).toBeLessThan(0x7f);
  expect(JSON.parse(text)).toMatchObject({ reason: 'a\r\n{"level":"info"}\u001b[2J\u009b\u2028\u202e\u2066' });
});

test('long values are cut', () => {
  expect(logged((log) => log.info('x', { reason: 'word '.repeat(1000) })).length).toBeLessThan(400);
});

test('a secret that a cut would halve is covered before the cut', () => {
  const key = fakeKey('openai', 'project');
  for (let before = 235; before < 256; before += 1) {
    const words = 'word '.repeat(60).slice(0, before - 1);
    const text = logged((log) => {
      log.guard('quietly-guarded words');
      log.info('x', { reason: `${words} ${key}` });
      log.info('x', { reason: `${words} quietly-guarded words` });
    });
    expect(text).not.toContain(key.slice(0, 5));
    expect(text).not.toContain('quiet');
  }
});

test('a guarded value is covered wherever it stands, until it is released', () => {
  const text = logged((log) => {
    const release = log.guard('hunter-two"quoted"');
    log.info('x', { reason: 'saw hunter-two"quoted" twice: hunter-two"quoted"' });
    release();
    log.info('x', { reason: 'hunter-two"quoted"' });
  });
  const [first, second] = text.trim().split('\n');
  expect(first).not.toContain('hunter');
  expect(second).toContain('hunter');
  expect(() => JSON.parse(first ?? '') as unknown).not.toThrow();
});

test('the file is the owner’s alone, and a planted link is not followed', () => {
  const folder = testHome().home;
  const target = path.join(folder, 'target');
  writeFileSync(target, 'mine');
  symlinkSync(target, path.join(folder, 'keyharbor.log'));
  const log = createLog(folder);
  log.info('x');
  log.close();
  expect(readFileSync(target, 'utf8')).toBe('mine');
  const other = path.join(folder, 'other');
  const second = createLog(other);
  second.info('x');
  second.close();
  expect(lstatSync(path.join(other, 'keyharbor.log')).mode & 0o777).toBe(0o600);
});

test('five files of limited size are kept, the newest without a number', () => {
  const folder = testHome().home;
  const file = new LogFile(folder, 100);
  for (let line = 0; line < 60; line += 1) file.write(Buffer.from(`line ${line} ${'x'.repeat(20)}\n`));
  file.close();
  const names = readdirSync(folder).sort();
  expect(names).toEqual(['keyharbor.log', ...[1, 2, 3, 4].map((age) => `keyharbor.log.${age}`)]);
  expect(readFileSync(path.join(folder, 'keyharbor.log'), 'utf8')).toContain('line 59');
  expect(readFileSync(path.join(folder, 'keyharbor.log.4'), 'utf8')).not.toContain('line 0 ');
  for (const name of names) expect(lstatSync(path.join(folder, name)).size).toBeLessThanOrEqual(100);
  const again = new LogFile(folder, 100);
  again.write(Buffer.from(`${'y'.repeat(90)}\n`));
  again.close();
  expect(readFileSync(path.join(folder, 'keyharbor.log'), 'utf8')).toMatch(/^y+\n$/);
});

test('a folder that cannot be written does not stop the program', () => {
  const log = createLog('/proc/no/such/folder');
  expect(() => log.info('x')).not.toThrow();
});

test('without a folder nothing is written', () => {
  const log = createLog(null);
  log.info('x');
  log.close();
});

test('a crash leaves its code and the names of its frames, never its message', () => {
  function readTheVault(): never {
    throw Object.assign(new Error('the secret is 42'), { code: 'ENOSPC' });
  }
  try {
    readTheVault();
  } catch (error) {
    const fields = crashFields(error);
    expect(fields.code).toBe('ENOSPC');
    expect(fields.frames).toContain('readTheVault');
    expect(JSON.stringify(fields)).not.toMatch(/42|\//);
  }
  expect(crashFields('a string with a secret')).toEqual({ code: 'internal', frames: '' });
});
