import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { doctorFinding, EndpointStatus } from '../../../shared/contract/schemas.ts';
import type { Clock, Keychain, Paths } from '../seams.ts';
import { newestBackupMs } from '../store/backup.ts';
import { PUT_BACK } from '../store/damage-words.ts';
import { isSound } from '../store/database.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { Protection } from '../vault/vault.ts';

/** What `keyharbor doctor` and Settings tell: never a name, a label, a path or a secret. */
export type Finding = z.output<typeof doctorFinding>;
type Status = Finding['status'];

export interface DoctorDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly keychain: Keychain;
  readonly vault: {
    readonly state: string;
    protection(): Protection;
    notices(): readonly string[];
    headerProblem(): { readonly message: string; readonly hint: string } | null;
    opened(): OpenVault;
    readonly backups: {
      list(): readonly { readonly atMs: number; readonly state: 'as-made' | 'whole' | 'damaged' }[];
      replaced(): readonly { readonly bytes: number }[];
      readonly problem: string | null;
    };
  };
  readonly endpoint: { status(): EndpointStatus };
  readonly usage: { readonly state: 'recording' | 'waiting' | 'damaged' | 'off' };
  readonly settingsNotices: () => readonly string[];
  /** What this host cannot do. */
  readonly missing: readonly string[];
  readonly version: string;
}

const MIN_SQLITE = [3, 51, 3] as const; // SECURITY-DESIGN.md section 4: the WAL-reset race is fixed from here on
const NODE_MAJOR = 24;
const DAY_MS = 86_400_000;
const BACKUP_OLD_DAYS = 7;
const USAGE_BACKUP_OLD_DAYS = 21;
/** Any clock before this program was written is wrong. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
const OTHERS = 0o077;
const MAKE_ONE = 'Make one now: Settings, Backups, or "keyharbor backup make". Look whether the disk is well.';

const finding = (id: string, status: Status, title: string, detail: string, hint = ''): Finding => ({
  id,
  status,
  title,
  detail,
  hint,
});

function sqliteVersion(): string {
  const db = new Database(':memory:');
  try {
    return z.string().parse(db.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    db.close();
  }
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function runtime({ version }: DoctorDeps): Finding {
  const node = process.versions.node;
  const sqlite = sqliteVersion();
  const detail = `Keyharbor ${version}, Node ${node}, SQLite ${sqlite}.`;
  if (Number(node.split('.')[0]) < NODE_MAJOR) {
    return finding('runtime', 'problem', 'Runtime', detail, `Run Keyharbor with Node ${NODE_MAJOR}.`);
  }
  if (!isAtLeast(sqlite, MIN_SQLITE)) {
    return finding('runtime', 'problem', 'Runtime', detail, `SQLite ${MIN_SQLITE.join('.')} or later is needed.`);
  }
  return finding('runtime', 'ok', 'Runtime', detail);
}

/** The modes of the home and of what lies in it; on Windows the profile folder's own access list protects it. */
function home({ paths }: DoctorDeps): Finding {
  const title = 'Folder of the vault';
  try {
    const mine = lstatSync(paths.home);
    if (process.getuid !== undefined) {
      const open = [paths.home, ...readdirSync(paths.home).map((name) => join(paths.home, name))]
        .map((path) => lstatSync(path, { throwIfNoEntry: false }))
        .filter((stats) => stats !== undefined && ((stats.mode & OTHERS) !== 0 || stats.uid !== process.getuid?.()));
      if (open.length > 0 || mine.isSymbolicLink()) {
        const detail = `${open.length} of its files or folders can be reached by others on this computer.`;
        return finding('home', 'problem', title, detail, 'Run "chmod -R go-rwx" on the Keyharbor folder.');
      }
    }
    return finding('home', 'ok', title, 'Only you can read it.');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) return finding('home', 'ok', title, 'It does not exist yet.');
    return finding('home', 'problem', title, 'It cannot be looked at.', 'Check that it belongs to you.');
  }
}

/** Reads every page: unlocking reads only a few, so damage further in shows here first. */
function isDamaged(vault: OpenVault): boolean {
  try {
    return !isSound(vault.db);
  } catch {
    return true;
  }
}

function vaultState({ vault }: DoctorDeps): Finding {
  const title = 'Vault';
  if (vault.state === 'unlocked' && isDamaged(vault.opened())) {
    return finding('vault', 'problem', title, 'The database is damaged; some of it cannot be read.', PUT_BACK);
  }
  const problem = vault.headerProblem();
  if (problem !== null) return finding('vault', 'problem', title, problem.message, problem.hint);
  // The one about backups is a finding of its own.
  const notices = vault.notices().filter((notice) => notice !== vault.backups.problem);
  if (notices.length > 0) return finding('vault', 'warning', title, notices.join(' '));
  switch (vault.state) {
    case 'no-vault':
      return finding('vault', 'warning', title, 'There is no vault yet.', 'Make one in the window, or with "init".');
    case 'unlocked':
      return finding('vault', 'ok', title, 'It is unlocked; header and database verified.');
    default:
      return finding('vault', 'ok', title, 'It is locked. The database is looked at when it is unlocked.');
  }
}

async function keychain(deps: DoctorDeps): Promise<Finding> {
  const title = 'Keychain';
  const probe = await deps.keychain.probe().catch(() => ({ name: null, reason: 'it did not answer' }));
  if (probe.name !== null) return finding('keychain', 'ok', title, `${probe.name} works.`);
  const bound = deps.vault.protection().deviceBound;
  return finding(
    'keychain',
    bound ? 'problem' : 'warning',
    title,
    `No keychain can be used here: ${probe.reason}.`,
    bound
      ? 'This vault needs it; the recovery code opens the vault without it.'
      : 'Without one the password alone protects.',
  );
}

function protection({ vault }: DoctorDeps): Finding[] {
  // Of a header that cannot be read nothing is known.
  if (vault.state === 'no-vault' || vault.headerProblem() !== null) return [];
  const { deviceBound, note, recoveryConfirmed } = vault.protection();
  return [
    finding('device-binding', deviceBound ? 'ok' : 'warning', 'What opens the vault', note),
    recoveryConfirmed
      ? finding('recovery', 'ok', 'Recovery kit', 'Its code was confirmed.')
      : finding(
          'recovery',
          'warning',
          'Recovery kit',
          'It was never confirmed that the recovery code was kept.',
          'Without it a forgotten password means that everything is lost. Settings in the window, "Make a new kit".',
        ),
  ];
}

function endpoint(deps: DoctorDeps): Finding {
  const { on, port, problem } = deps.endpoint.status();
  if (problem !== null)
    return finding('endpoint', 'problem', 'Endpoint', problem, 'Choose another port, or 0 for any.');
  return finding('endpoint', 'ok', 'Endpoint', on ? `It listens on 127.0.0.1, port ${port ?? '?'}.` : 'It is off.');
}

const lastEntry = z.int().nullable();

function clock(deps: DoctorDeps): Finding {
  const now = deps.clock.now();
  const hint = 'Set the clock of this computer: expiry dates and waiting times rest on it.';
  if (now < EARLIEST_MS) return finding('clock', 'problem', 'Clock', 'This computer’s clock is far behind.', hint);
  if (deps.vault.state === 'unlocked') {
    const last = lastEntry.parse(deps.vault.opened().db.prepare('SELECT max(at_ms) FROM audit').pluck().get());
    if (last !== null && last > now + 60_000) {
      return finding('clock', 'warning', 'Clock', 'It is earlier than the last entry of the audit log.', hint);
    }
  }
  return finding('clock', 'ok', 'Clock', 'It looks right.');
}

function backups({ vault, clock }: DoctorDeps): Finding[] {
  if (vault.state === 'no-vault') return [];
  return [newestBackup(vault, clock.now()), ...replacedVaults(vault.backups.replaced())];
}

function newestBackup(vault: DoctorDeps['vault'], nowMs: number): Finding {
  const { backups } = vault;
  const title = 'Backups';
  const hint = 'One is made a day while the vault is unlocked; check that the disk is not full.';
  const all = backups.list();
  const [newest] = all;
  if (newest === undefined) {
    if (backups.problem !== null) return finding('backups', 'problem', title, backups.problem);
    const isEmpty =
      vault.state === 'unlocked' && vault.opened().db.prepare('SELECT 1 FROM credential').get() === undefined;
    return isEmpty
      ? finding('backups', 'ok', title, 'There is none yet. The first is made with the first key.')
      : finding('backups', 'warning', title, 'There is none yet.', hint);
  }
  const days = Math.max(0, Math.floor((nowMs - newest.atMs) / DAY_MS));
  const age = days === 0 ? 'less than a day old' : days === 1 ? 'a day old' : `${days} days old`;
  const detail = `${all.length === 1 ? 'There is one' : `There are ${all.length}`}; the newest is ${age}.`;
  if (backups.problem !== null) return finding('backups', 'problem', title, `${backups.problem} ${detail}`);
  const damaged = all.filter((one) => one.state === 'damaged').length;
  if (damaged > 0) {
    const words = damaged === 1 ? 'One of them does not verify.' : `${damaged} of them do not verify.`;
    return finding('backups', damaged === all.length ? 'problem' : 'warning', title, `${detail} ${words}`, MAKE_ONE);
  }
  if (days >= BACKUP_OLD_DAYS) return finding('backups', 'warning', title, detail, hint);
  return finding('backups', 'ok', title, detail);
}

/** They are nobody's to remove but the owner's; that they are there is told. */
function replacedVaults(replaced: readonly { readonly bytes: number }[]): Finding[] {
  if (replaced.length === 0) return [];
  const mib = (replaced.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20).toFixed(1);
  const vaults = replaced.length === 1 ? 'A vault' : `${replaced.length} vaults`;
  const detail = `${vaults} that a backup replaced ${replaced.length === 1 ? 'is' : 'are'} kept (${mib} MiB).`;
  const hint = 'When all is well: Settings, Backups, or "keyharbor backup remove".';
  return [finding('replaced', 'ok', 'Kept by a restore', detail, hint)];
}

function usage({ usage, vault, paths, clock }: DoctorDeps): Finding[] {
  if (vault.state !== 'unlocked') return [];
  const title = 'Usage records';
  switch (usage.state) {
    case 'damaged':
      return [
        finding(
          'usage',
          'problem',
          title,
          'The usage database is damaged. Calls are counted, and kept beside it; no key is affected.',
          'Lock and unlock: it is set aside and a new one begun. Its last weekly backup can be put back.',
        ),
      ];
    case 'waiting':
      return [
        finding(
          'usage',
          'problem',
          title,
          'The usage database cannot be written. Calls wait in memory; it is tried again by itself.',
          'Check that the disk is not full and that the Keyharbor folder can be written.',
        ),
      ];
    case 'off':
      return [
        finding('usage', 'problem', title, 'Calls are not counted; no key is affected.', 'Lock and unlock the vault.'),
      ];
    case 'recording':
      return [usageBackups(newestBackupMs(paths.backups, 'usage'), clock.now())];
  }
}

function usageBackups(newest: number | null, now: number): Finding {
  const title = 'Usage records';
  if (newest === null)
    return finding('usage', 'ok', title, 'Calls are counted. There is no weekly backup of them yet.');
  const days = Math.max(0, Math.floor((now - newest) / DAY_MS));
  const detail = `Calls are counted. The newest backup of them is ${days} days old.`;
  if (days < USAGE_BACKUP_OLD_DAYS) return finding('usage', 'ok', title, detail);
  const hint = 'One is made each week while the vault is unlocked; check that the disk has room for it.';
  return finding('usage', 'warning', title, detail, hint);
}

function settings(deps: DoctorDeps): Finding[] {
  const notices = deps.settingsNotices();
  return notices.length === 0 ? [] : [finding('settings', 'warning', 'Settings', notices.join(' '))];
}

function host({ missing }: DoctorDeps): Finding[] {
  if (missing.length === 0) return [];
  return [finding('host', 'ok', 'This computer', `Not to be had here: ${missing.join(', ')}.`)];
}

export async function examine(deps: DoctorDeps): Promise<Finding[]> {
  return [
    runtime(deps),
    home(deps),
    vaultState(deps),
    ...protection(deps),
    await keychain(deps),
    endpoint(deps),
    clock(deps),
    ...backups(deps),
    ...usage(deps),
    ...settings(deps),
    ...host(deps),
  ];
}
