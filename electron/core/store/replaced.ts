import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { syncFolder } from './atomic-file.ts';
import type { BackupFiles } from './backup.ts';
import { onDisk } from './sqlite-error.ts';
import { stampMs, stampOf } from './stamp.ts';

const PREFIX = 'replaced-';

/** What stood in the vault's place before a backup was put back. Kept until its owner removes it. */
export interface ReplacedVault {
  readonly name: string;
  /** When it was replaced, UTC epoch milliseconds. */
  readonly atMs: number;
  readonly bytes: number;
  /** Header and database are there, so it can be put back like a backup. */
  readonly complete: boolean;
}

export const replacedName = (atMs: number): string => `${PREFIX}${stampOf(atMs)}`;

/** The newest first. */
export function listReplaced(folder: string): ReplacedVault[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const atMs = replacedAt(name);
      if (atMs === null) return [];
      const place = path.join(folder, name);
      const sizes = readdirSync(place).map((file) => statSync(path.join(place, file), { throwIfNoEntry: false })?.size);
      const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
      return [{ name, atMs, bytes, complete: replacedFolder(folder, name) !== null }];
    })
    .sort((a, b) => b.atMs - a.atMs);
}

/** @param name - as somebody gave it. @returns null where it is none, or a part of the vault is not in it. */
export function replacedFolder(folder: string, name: string): BackupFiles | null {
  if (replacedAt(name) === null) return null;
  const header = path.join(folder, name, 'vault.json');
  const database = path.join(folder, name, 'vault.db');
  if (!existsSync(header) || !existsSync(database)) return null;
  const log = `${database}-wal`;
  return { header, database, log: existsSync(log) ? log : null };
}

/** @returns false where there is none of this name. @throws AppError where the disk does not let it go. */
export function removeReplaced(folder: string, name: string): boolean {
  const place = path.join(folder, name);
  if (replacedAt(name) === null || !existsSync(place)) return false;
  onDisk(() => {
    // First another name: a crash must not leave half of a vault that looks like one. The next backup clears it away.
    const going = path.join(folder, `.unfinished-${name}`);
    renameSync(place, going);
    syncFolder(folder);
    rmSync(going, { recursive: true, force: true });
  });
  return true;
}

function replacedAt(name: string): number | null {
  return name.startsWith(PREFIX) ? stampMs(name.slice(PREFIX.length)) : null;
}
