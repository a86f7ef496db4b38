import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

const OWNER_ONLY = 0o700;

/**
 * Makes a folder and those above it, for the owner alone; one that exists is left as it is.
 * Not `mkdirSync` with `recursive`: that never returns where the system answers ENOENT for a name in an existing folder
 * (under /proc, say).
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const above = path.dirname(folder);
    if (code !== 'ENOENT' || above === folder || statSync(above, { throwIfNoEntry: false }) !== undefined) throw error;
    makeFolder(above);
    mkdirSync(folder, OWNER_ONLY);
  }
}
