import { AppError } from '../shared/errors.ts';

let guarded = false;

/** A reader that went away (`| head`) ends the program quietly; a full disk does not pass for success. */
function guardStdout(): void {
  if (guarded) return;
  guarded = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write('keyharbor: The output could not be written.\n');
    process.exit(1);
  });
}

/** Text for stdout, as it is. */
export function write(text: string): void {
  guardStdout();
  process.stdout.write(text);
}

export function print(line: string): void {
  write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A word beside the data, on stderr: a warning, what to do next. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Secrets on stdout in full, and a new line after them only where people read it. */
export function writeSecret(value: string): void {
  write(process.stdout.isTTY ? `${value}\n` : value);
}

export function noTerminal(what: string, instead: string): AppError {
  return new AppError('invalid_input', `${what} is needed, and there is no terminal to ask on.`, instead);
}
