import { existsSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { asCalled } from '../called.ts';
import { headlessProgram } from '../connect.ts';
import { Exit } from '../fail.ts';
import { askPassword } from '../passwords.ts';
import { parsePort } from '../port.ts';

interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly advice: (line: string) => string;
}

/** What the built headless host offers; the one thing of electron/ that the command line starts. */
interface HeadlessHost {
  readonly runHeadless: (argv: readonly string[], streams: Streams) => Promise<number>;
}

interface Options {
  readonly port?: string;
  readonly endpoint: boolean;
  readonly passwordStdin?: boolean;
}

async function serve(options: Options): Promise<void> {
  const argv: string[] = [];
  if (options.port !== undefined) argv.push('--port', String(parsePort(options.port)));
  if (!options.endpoint) argv.push('--no-endpoint');
  if (options.passwordStdin) argv.push('--password-stdin');
  const program = headlessProgram();
  if (!existsSync(program)) {
    throw new AppError('internal', 'The agent is not part of this installation.', 'In a checkout run "npm run build".');
  }
  const host = (await import(/* @vite-ignore */ pathToFileURL(program).href)) as HeadlessHost;
  // Always an exit: what a library left open must not keep a stopped agent alive.
  const { stdout, stderr } = process;
  throw new Exit(
    await host.runHeadless(argv, { stdin: await passwordSource(options), stdout, stderr, advice: asCalled }),
  );
}

/** The stream that --password-stdin reads; a terminal is asked without echo first. */
async function passwordSource(options: Options): Promise<Readable> {
  if (!options.passwordStdin || !process.stdin.isTTY) return process.stdin;
  return Readable.from([`${await askPassword('Master password: ')}\n`]);
}

export function register(program: Command): void {
  program
    .command('serve')
    .description('run without a window, in the foreground, with the endpoint on')
    .option('--port <n>', 'port of the endpoint; 0 takes any free one')
    .option('--no-endpoint', 'leave the endpoint off')
    .option('--password-stdin', 'unlock with the password on stdin')
    .action(serve);
}
