import { randomInt } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, realpathSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../shared/errors.ts';
import type { AgentClient } from './agent-client.ts';
import { Exit, usage } from './fail.ts';
import { note, print, write } from './output.ts';
import { ask, canAsk } from './terminal.ts';

const TRIES = 3;

export const UNCONFIRMED =
  'keyharbor: The recovery kit is not confirmed, so the password alone opens this vault, on any computer.';

/** The file for a recovery code, made before the code is, so that a code is never left without its place. */
export interface KitFile {
  write(code: string): void;
  /** Removes the empty file again: no code came. */
  discard(): void;
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realFolder(parent), basename(path));
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(way));
}

/**
 * Makes the file with mode 0600. A code beside the vault that it opens would protect nothing, so not in the home.
 * @throws AppError `invalid_input`, `conflict` when the file is there already; nothing is changed then.
 */
export function makeKitFile(path: string, home: string): KitFile {
  const file = join(realFolder(dirname(resolve(path))), basename(path));
  if (isInside(file, realFolder(home))) {
    throw usage('The recovery file must not lie in the home of the vault. Nothing was made.', 'Choose another folder.');
  }
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  let descriptor: number;
  try {
    descriptor = openSync(file, flags, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new AppError('conflict', 'The recovery file exists already. Nothing was made.', 'Name a new file.');
    }
    throw usage('The recovery file cannot be made. Nothing was made.', 'Check that its folder exists and is yours.');
  }
  const discard = (): void => {
    closeSync(descriptor);
    unlinkSync(file);
  };
  return {
    write(code) {
      try {
        const bytes = Buffer.from(`${code}\n`);
        for (let at = 0; at < bytes.byteLength; ) at += writeSync(descriptor, bytes, at);
        fsyncSync(descriptor);
      } catch (error) {
        discard(); // a part of a code would look like one
        throw error;
      }
      closeSync(descriptor);
    },
    discard,
  };
}

export interface HandOver {
  readonly code: string;
  readonly password: string;
  readonly file: KitFile | null;
  /** Whether a confirmed kit lets the password slot be tied to this computer's keychain. */
  readonly bindDevice: boolean;
  readonly json: boolean;
}

export interface HandedOver {
  readonly confirmed: boolean;
  /** The code, where it has to go to stdout because it went nowhere else. */
  readonly codeToPrint: string | null;
}

/**
 * Gives the code to the owner: into the file, or onto the terminal with two groups retyped, or else onto stdout, where
 * nobody can say whether it was kept. Only a kit that counts as confirmed lets the keychain become part of the lock.
 */
export async function handOverCode(agent: AgentClient, handOver: HandOver): Promise<HandedOver> {
  const { code, password, bindDevice, file } = handOver;
  if (file !== null && keep(file, code)) {
    await agent.call('vault.confirmRecovery', { proof: { code }, password, bindDevice });
    return { confirmed: true, codeToPrint: null };
  }
  if (file === null && canAsk() && process.stdout.isTTY && !handOver.json) {
    write(`\nRecovery code, shown this once. Write it down and keep it away from this computer:\n\n  ${code}\n\n`);
    try {
      return { confirmed: await askGroups(agent, handOver), codeToPrint: null };
    } catch (error) {
      // Ctrl-C comes too late to undo anything: the vault and the code are as they were shown.
      if (error instanceof Exit) note(UNCONFIRMED);
      throw error;
    }
  }
  if (!handOver.json) print(code);
  return { confirmed: false, codeToPrint: code };
}

function keep(file: KitFile, code: string): boolean {
  try {
    file.write(code);
    return true;
  } catch {
    note('keyharbor: The recovery file could not be written (disk full?). The code is printed instead: keep it.');
    return false;
  }
}

async function askGroups(agent: AgentClient, { code, password, bindDevice }: HandOver): Promise<boolean> {
  const count = code.split('-').length;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const groups: { index: number; text: string }[] = [];
    for (const index of twoOf(count)) {
      const text = (await ask(`Retype group ${index + 1} of ${count} (Enter to skip): `, true)).trim();
      if (text === '') return false;
      groups.push({ index, text: text.slice(0, 16) });
    }
    try {
      await agent.call('vault.confirmRecovery', { proof: { groups }, password, bindDevice });
      return true;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
      note('That is not what the code says there.');
    }
  }
  return false;
}

function twoOf(count: number): readonly [number, number] {
  const first = randomInt(count);
  const second = (first + 1 + randomInt(count - 1)) % count;
  return first < second ? [first, second] : [second, first];
}
