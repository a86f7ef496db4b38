import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { probeSecretService } from '../../../electron/core/vault/secret-service.ts';
import { testHome } from '../../support/test-vault.ts';

/**
 * The real keychain library against a real Secret Service (GNOME Keyring), each time in a D-Bus session and with a data
 * folder of its own: no keyring of the person who runs the tests is touched.
 */
const script = path.join(import.meta.dirname, 'keychain-child.ts');
const run = promisify(execFile);

interface Session {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

function privateSession(): Session {
  const folder = testHome().home;
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8' };
  for (const name of ['XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME']) {
    const at = path.join(folder, name.toLowerCase());
    mkdirSync(at, { mode: 0o700 });
    env[name] = at;
  }
  // A bus that starts nothing by itself: what is there is what the test started.
  writeFileSync(
    path.join(folder, 'bus.conf'),
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
     <busconfig><type>session</type><listen>unix:tmpdir=${folder}</listen><auth>EXTERNAL</auth>
     <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
     </busconfig>`,
  );
  return { folder, env };
}

/** What the child printed, as JSON. */
async function inSession(session: Session, keyring: 'unlocked' | 'locked' | 'none', what: string): Promise<unknown> {
  const config = `--config-file=${path.join(session.folder, 'bus.conf')}`;
  const args = [config, '--', process.execPath, script, keyring, what, path.join(session.folder, 'keyharbor')];
  const { stdout } = await run('dbus-run-session', args, { env: session.env, timeout: 50_000 });
  return JSON.parse(stdout) as unknown;
}

test('a vault is bound to the keyring, opens with it, and recovers when its entry is lost', async () => {
  expect(await inSession(privateSession(), 'unlocked', 'walk')).toEqual({
    probe: { name: 'GNOME Keyring' },
    afterConfirm: { deviceBound: true, keychain: 'GNOME Keyring', recoveryConfirmed: true },
    unlocked: 'unlocked',
    accountNamesVault: true,
    entryLost: 'decryption_failed',
    recovered: { deviceBound: true, state: 'unlocked' },
    unlockedAgain: 'unlocked',
  });
});

test('values come back as they were stored, absent is null, and removing is no error twice', async () => {
  expect(await inSession(privateSession(), 'unlocked', 'values')).toEqual({ same: true, absent: null, removed: null });
});

test('a locked keyring is unreachable, not absent: nothing is asked on screen, and the vault is not called lost', async () => {
  const session = privateSession();
  await inSession(session, 'unlocked', 'bind');
  const told = await inSession(session, 'locked', 'open');
  expect(told).toEqual({
    probe: { name: null, reason: 'the keyring of this desktop is locked' },
    unlock: 'decryption_failed',
    message: expect.stringContaining('cannot be asked: the keyring of this desktop is locked') as string,
    state: 'locked',
    failedUnlocks: 0,
    recoverGives: null,
    afterRecover: 'unlocked',
  });
  expect(await inSession(session, 'unlocked', 'open')).toMatchObject({ unlock: 'opened', state: 'unlocked' });
});

test('a session without any secret service means a plain password slot, said in the note', async () => {
  expect(await inSession(privateSession(), 'none', 'plain')).toEqual({
    deviceBound: false,
    keychain: null,
    recoveryConfirmed: true,
    note: expect.stringContaining(
      'no keychain works here: no secret service (GNOME Keyring, KWallet) answers',
    ) as string,
    state: 'unlocked',
  });
});

test('without a D-Bus session the reason is that, at once', async () => {
  const { folder, env } = privateSession();
  const { stdout } = await run(process.execPath, [script, 'none', 'plain', path.join(folder, 'keyharbor')], { env });
  expect(JSON.parse(stdout)).toMatchObject({
    deviceBound: false,
    note: expect.stringContaining('there is no desktop session (D-Bus) here') as string,
    state: 'unlocked',
  });
});

test('a bus that never answers is given up after the limit', async () => {
  const { folder } = privateSession();
  const silent = createServer();
  onTestFinished(() => void silent.close());
  await new Promise<void>((resolve) => silent.listen(path.join(folder, 'silent'), resolve));
  const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/silent` };
  expect(await probeSecretService(env, 50)).toMatchObject({
    name: null,
    reason: expect.stringContaining('did not answer') as string,
  });
});

test.each([
  ['nothing listens', (folder: string) => `unix:path=${folder}/nothing`],
  ['the address is noise', () => 'tcp:host=localhost,port=1'],
])('where %s the reason is that no secret service answers', async (_, addressIn) => {
  const { folder } = privateSession();
  const found = await probeSecretService({ DBUS_SESSION_BUS_ADDRESS: addressIn(folder) }, 2000);
  expect(found).toMatchObject({ name: null, reason: expect.stringContaining('no secret service') as string });
});
