import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** By custom of shells, env and sudo: the program was not found, or is not one. */
export const NOT_FOUND = 127;
export const NOT_EXECUTABLE = 126;

export interface NotStarted {
  readonly code: typeof NOT_FOUND | typeof NOT_EXECUTABLE;
  readonly problem: string;
}

export const notFound: NotStarted = { code: NOT_FOUND, problem: 'The command was not found.' };
export const notExecutable: NotStarted = { code: NOT_EXECUTABLE, problem: 'The command cannot be started.' };

/**
 * What would keep `program` from being started, or null: on a terminal of its own it could no longer be told apart from
 * a program that ends with that code. Looks where execvp(3) looks.
 */
export function whyNotStartable(program: string, env: NodeJS.ProcessEnv): NotStarted | null {
  if (program === '' || program.includes('\0')) return notExecutable;
  const folders = program.includes('/')
    ? ['']
    : (env.PATH ?? '/usr/bin:/bin').split(delimiter).map((each) => each || '.');
  const found = folders.map((folder) => look(folder === '' ? program : join(folder, program)));
  if (found.includes('program')) return null;
  return found.includes('other') ? notExecutable : notFound;
}

function look(path: string): 'program' | 'other' | 'nothing' {
  try {
    if (!statSync(path).isFile()) return 'other';
  } catch {
    return 'nothing';
  }
  try {
    accessSync(path, constants.X_OK);
    return 'program';
  } catch {
    return 'other';
  }
}
