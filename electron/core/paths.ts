import { chmodSync, type Dirent, lstatSync, readdirSync, type Stats, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { makeFolder } from './store/folder.ts';
import type { Paths } from './seams.ts';

const FOLDER_MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
const OPEN_TO_OTHERS = 0o077;

/** File systems of other machines (Linux statfs types): SQLite's locks and WAL cannot be trusted there. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x65735546, 'FUSE'],
]);
const SYNCED_FOLDERS =
  /(^|[\\/])(Dropbox|OneDrive[^\\/]*|Google ?Drive|iCloud ?Drive|CloudStorage|Mobile Documents|Nextcloud|pCloud ?Drive|MEGA|Syncthing)([\\/]|$)/i;

/** Where Keyharbor keeps its files (PRODUCT.md): `KEYHARBOR_HOME`, else the platform's config folder. Touches nothing. */
export function resolvePaths(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): Paths {
  const at = platform === 'win32' ? path.win32 : path.posix;
  const home = at.resolve(env['KEYHARBOR_HOME'] || platformHome(env, platform, at));
  return {
    home,
    header: at.join(home, 'vault.json'),
    headerBackup: at.join(home, 'vault.json.bak'),
    vaultDb: at.join(home, 'vault.db'),
    usageDb: at.join(home, 'usage.db'),
    writerLock: at.join(home, 'vault.lock'),
    unlockState: at.join(home, 'unlock-state.json'),
    auditPending: at.join(home, 'audit-pending.jsonl'),
    settings: at.join(home, 'settings.json'),
    backups: at.join(home, 'backups'),
    logs: at.join(home, 'logs'),
    run: at.join(home, 'run'),
  };
}

function platformHome(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, at: path.PlatformPath): string {
  if (platform === 'win32') {
    return at.join(env['APPDATA'] || at.join(env['USERPROFILE'] || homedir(), 'AppData', 'Roaming'), 'Keyharbor');
  }
  const user = env['HOME'] || homedir();
  if (platform === 'darwin') return at.join(user, 'Library', 'Application Support', 'Keyharbor');
  // The XDG base directory specification: a relative path in the variable is to be ignored.
  const config = env['XDG_CONFIG_HOME'];
  return at.join(config && at.isAbsolute(config) ? config : at.join(user, '.config'), 'keyharbor');
}

/**
 * Makes the home (0700) if needed and refuses one that others could have prepared: a symlink, another owner, writable
 * by group or world; the same for what lies in it, in `logs` and in `backups`. Sets the umask of this process to 077.
 * @returns plain sentences about folders on a network or synced to a cloud; empty where all is well.
 * @throws AppError `security_violation`, or `internal` where the folder cannot be made.
 */
export function prepareHome(paths: Paths): readonly string[] {
  const posix = process.platform !== 'win32';
  if (posix) process.umask(0o077);
  makeHomeFolder(paths.home);
  checkEntry(paths.home, lstatSync(paths.home), 'folder');
  for (const entry of readdirSync(paths.home, { withFileTypes: true })) checkChild(paths.home, entry);
  for (const folder of [paths.logs, paths.backups]) {
    makeHomeFolder(folder);
    checkEntry(folder, lstatSync(folder), 'folder');
    for (const entry of readdirSync(folder, { withFileTypes: true })) checkChild(folder, entry);
  }
  return placeWarnings(paths.home);
}

function makeHomeFolder(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    // A symlink or a file in its place is told by checkEntry, which knows the better words.
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
    throw new AppError(
      'internal',
      'The Keyharbor folder cannot be made. Nothing was changed.',
      'Check that the disk is writable and that the folder above it is yours, or set KEYHARBOR_HOME to another one.',
      { cause: error },
    );
  }
}

function checkChild(folder: string, entry: Dirent): void {
  const file = path.join(folder, entry.name);
  const stats = lstatSync(file, { throwIfNoEntry: false }); // gone meanwhile: a rotated log, a -wal of a closing process
  if (stats !== undefined) checkEntry(file, stats, 'any');
}

function checkEntry(file: string, stats: Stats, wanted: 'folder' | 'any'): void {
  if (stats.isSymbolicLink()) throw unsafe('a symbolic link', 'Replace the link by the real folder or file.');
  if (wanted === 'folder' && !stats.isDirectory()) {
    throw unsafe('a file where a folder should be', 'Move the file away, or set KEYHARBOR_HOME to a folder.');
  }
  if (process.getuid === undefined) return; // Windows: the profile folder's own access list protects it
  if (stats.uid !== process.getuid()) {
    throw unsafe('owned by another user', 'Run Keyharbor as its owner, or change the owner of the Keyharbor folder.');
  }
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw unsafe(
      'writable by others',
      'Run "chmod -R go-rwx" on the Keyharbor folder, then look whether all is as you left it.',
    );
  }
  if ((stats.mode & OPEN_TO_OTHERS) !== 0 && (stats.isDirectory() || stats.isFile())) {
    chmodSync(file, stats.isDirectory() ? FOLDER_MODE : 0o600);
  }
}

function unsafe(what: string, hint: string): AppError {
  return new AppError(
    'security_violation',
    `The Keyharbor folder, or something in it, is ${what}. It was not opened.`,
    hint,
  );
}

function placeWarnings(home: string): readonly string[] {
  const warnings: string[] = [];
  const network = process.platform === 'linux' ? NETWORK_FILE_SYSTEMS.get(statfsSync(home).type) : undefined;
  if (network !== undefined) {
    warnings.push(
      `The vault lies on a network folder (${network}). A broken connection can damage it: keep it on this computer.`,
    );
  }
  if (SYNCED_FOLDERS.test(home)) {
    warnings.push(
      'The vault lies in a folder that is synced to a cloud. Two computers writing it would damage it: keep it elsewhere.',
    );
  }
  return warnings;
}
