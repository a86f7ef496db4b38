import { fstatSync, writeSync } from 'node:fs';
import { AppError } from '../shared/errors.ts';
import { asCalled } from './called.ts';
import { formatFailure, wantsJson } from './fail.ts';

const STDOUT = 1;
const NOT_WRITTEN = 'Check that the disk it goes to is not full. What the command changed is changed.';
let guarded = false;

/** A reader that went away (`| head`) ends the program quietly; a full disk does not pass for success. */
function guardStdout(): void {
  if (guarded) return;
  guarded = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    const failure = new AppError('internal', 'The output could not be written.', NOT_WRITTEN, { cause: error });
    process.stderr.write(formatFailure(failure, wantsJson(process.argv.slice(2))));
    process.exit(1);
  });
}

/** Text for stdout, as it is. */
export function write(text: string | Buffer): void {
  guardStdout();
  process.stdout.write(text);
}

export function print(line: string): void {
  write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

let isStderrGuarded = false;

/** Words that nobody reads any more (`2>&1 | head`) are no failure of the command: it ends as it would have. */
export function guardStderr(): void {
  if (isStderrGuarded) return;
  isStderrGuarded = true;
  process.stderr.on('error', () => undefined);
}

/** A word beside the data, on stderr: a warning, what to do next. */
export function note(line: string): void {
  guardStderr();
  process.stderr.write(`${asCalled(line)}\n`);
}

/**
 * A secret on stdout in full, and a new line after it only where people read it. Without the machinery of
 * process.stdout where that can be, which takes a tenth of the time that `get` takes.
 * @returns whether all of it is out; else it still goes out by itself.
 */
export function writeSecret(value: string): boolean {
  if (fstatSync(STDOUT).isCharacterDevice() && process.stdout.isTTY) {
    print(value);
    return false;
  }
  let rest: Buffer = Buffer.from(value, 'utf8');
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(STDOUT, rest));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') process.exit(0);
    // EAGAIN: a pipe that another program made non-blocking. The rest goes the patient way, as does any real error.
    write(rest);
    return false;
  }
}

export function noTerminal(what: string, instead: string): AppError {
  return new AppError('invalid_input', `${what} is needed, and there is no terminal to ask on.`, instead);
}
