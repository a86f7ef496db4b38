import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  chooseSocketPlace,
  MAX_SOCKET_PATH_BYTES,
  prepareSocketFolder,
  removeStaleSocket,
  removeTempSocket,
} from '../../../electron/hosts/common/run-folder.ts';

let folder: string;
const unsafe = expect.objectContaining({ code: 'security_violation' }) as Error;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function listen(path: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

/** A socket file that nobody listens on, as kill -9 leaves it. */
async function leaveSocket(path: string): Promise<void> {
  const kept = `${path}.kept`;
  const server = await listen(kept);
  renameSync(kept, path);
  await new Promise((resolve) => server.close(resolve));
}

test('the folder is made for the owner alone, and tightened where others could look in', () => {
  const run = join(folder, 'run');
  prepareSocketFolder(run);
  expect(lstatSync(run).mode & 0o777).toBe(0o700);
  chmodSync(run, 0o755);
  prepareSocketFolder(run);
  expect(lstatSync(run).mode & 0o777).toBe(0o700);
});

test.each([
  ['a symbolic link', (run: string) => symlinkSync(folder, run)],
  ['a file', (run: string) => writeFileSync(run, '')],
  [
    'writable by others',
    (run: string) => {
      mkdirSync(run);
      chmodSync(run, 0o777);
    },
  ],
])('a folder that is %s is refused', (_what, make) => {
  const run = join(folder, 'run');
  make(run);
  expect(() => prepareSocketFolder(run)).toThrow();
});

test('a symbolic link or an open folder is refused as unsafe, without naming a path', () => {
  const run = join(folder, 'run');
  symlinkSync(folder, run);
  expect(() => prepareSocketFolder(run)).toThrow(unsafe);
  expect(() => prepareSocketFolder(run)).not.toThrow(expect.objectContaining({ message: folder }) as Error);
});

test('a short path keeps the socket in run', () => {
  const run = join(folder, 'run');
  expect(chooseSocketPlace(run)).toEqual({
    path: join(run, 'agent.sock'),
    endpointPath: join(run, 'endpoint.sock'),
  });
});

test('a long path moves the socket to a private folder of its own, which goes with it', async () => {
  const run = join(folder, 'x'.repeat(MAX_SOCKET_PATH_BYTES), 'run');
  const place = chooseSocketPlace(run);
  expect(Buffer.byteLength(place.path)).toBeLessThanOrEqual(MAX_SOCKET_PATH_BYTES);
  expect(lstatSync(dirname(place.path)).mode & 0o777).toBe(0o700);
  await leaveSocket(place.path);
  await leaveSocket(place.endpointPath);
  removeTempSocket(place.path);
  expect(existsSync(place.path)).toBe(false);
  removeTempSocket(place.endpointPath);
  expect(existsSync(dirname(place.path))).toBe(false);
});

test('the limit counts bytes, not characters', () => {
  const wide = join(folder, 'ü'.repeat(40), 'run');
  const { path } = chooseSocketPlace(wide);
  expect(path.startsWith(folder)).toBe(false);
  rmSync(dirname(path), { recursive: true });
});

test('two pipes never have the same name', () => {
  const run = join(folder, 'run');
  const names = [chooseSocketPlace(run, 'win32').path, chooseSocketPlace(run, 'win32').path];
  expect(names[0]).toMatch(/^\\\\\.\\pipe\\keyharbor-agent-[0-9a-f]{32}$/);
  expect(names[0]).not.toBe(names[1]);
});

test('a socket left by a killed process is removed; anything else in its place stays and is named as unsafe', async () => {
  const path = join(folder, 'agent.sock');
  expect(() => removeStaleSocket(path)).not.toThrow();
  await leaveSocket(path);
  removeStaleSocket(path);
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, 'mine');
  expect(() => removeStaleSocket(path)).toThrow(unsafe);
  rmSync(path);
  symlinkSync(folder, path);
  expect(() => removeStaleSocket(path)).toThrow(unsafe);
  expect(existsSync(path)).toBe(true);
});

test('a socket outside the temporary folder is never removed on the word of agent.json', async () => {
  const elsewhere = join(folder, 'keyharbor-run-abc');
  mkdirSync(elsewhere);
  const path = join(elsewhere, 'agent.sock');
  await leaveSocket(path);
  removeTempSocket(path);
  expect(existsSync(path)).toBe(true);
});
