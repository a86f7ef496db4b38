import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files below `folder` in whose bytes one of the secrets stands. Sockets have no bytes to read. */
export function filesHolding(folder: string, secrets: readonly string[]): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return secrets.some((secret) => bytes.includes(secret));
    });
}
