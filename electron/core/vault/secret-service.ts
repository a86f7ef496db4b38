import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { busCall, SessionBus } from './session-bus.ts';

/**
 * Whether a Secret Service answers on this D-Bus session with an unlocked default collection, and which program it is.
 * (Secret Service API draft 0.2.) Any other case is told in words; nothing is ever prompted for.
 */
const SERVICE = 'org.freedesktop.secrets';
const ROOT = '/org/freedesktop/secrets';

/** Program names as the kernel shows them (15 characters). Others are unknown, and then not used. */
const KNOWN_BACKENDS: ReadonlyMap<string, string> = new Map([
  ['gnome-keyring-d', 'GNOME Keyring'],
  ['kwalletd5', 'KWallet'],
  ['kwalletd6', 'KWallet'],
  ['ksecretd', 'KWallet'],
  ['keepassxc', 'KeePassXC'],
  ['oo7-daemon', 'oo7'],
]);

export type SecretService = { readonly name: string } | { readonly name: null; readonly reason: string };

export async function probeSecretService(env: NodeJS.ProcessEnv, limitMs: number): Promise<SecretService> {
  const address = env['DBUS_SESSION_BUS_ADDRESS'];
  if (!address) return { name: null, reason: 'there is no desktop session (D-Bus) here' };
  const limit = AbortSignal.timeout(limitMs);
  let bus: SessionBus | undefined;
  try {
    bus = await SessionBus.connect(address, limit);
    return await askService(bus);
  } catch {
    const reason = limit.aborted
      ? `the desktop's secret service did not answer within ${Math.round(limitMs / 1000)} s`
      : 'no secret service (GNOME Keyring, KWallet) answers in this session';
    return { name: null, reason };
  } finally {
    bus?.close();
  }
}

async function askService(bus: SessionBus): Promise<SecretService> {
  const alias = await defaultCollection(bus);
  if (alias === null) return { name: null, reason: 'the keyring of this desktop was never set up' };
  const locked = await bus.call({
    destination: SERVICE,
    path: alias,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    args: ['org.freedesktop.Secret.Collection', 'Locked'],
  });
  if (locked !== false) return { name: null, reason: 'the keyring of this desktop is locked' };
  const pid = await bus.call(busCall('GetConnectionUnixProcessID', [SERVICE]));
  const name = typeof pid === 'number' ? KNOWN_BACKENDS.get(programName(pid)) : undefined;
  return name === undefined
    ? { name: null, reason: 'the secret service of this session is not a known one' }
    : { name };
}

/** GNOME Keyring on a busy machine was seen without its keyring for a moment: one look is not enough to say so. */
const LOOKS = 5;
const BETWEEN_LOOKS_MS = 200;

/** null: there is none. */
async function defaultCollection(bus: SessionBus): Promise<string | null> {
  const question = {
    destination: SERVICE,
    interface: 'org.freedesktop.Secret.Service',
    path: ROOT,
    member: 'ReadAlias',
  };
  for (let look = 1; ; look += 1) {
    const alias = await bus.call({ ...question, args: ['default'] });
    if (typeof alias === 'string' && alias !== '/') return alias;
    if (look === LOOKS) return null;
    await delay(BETWEEN_LOOKS_MS);
  }
}

function programName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
