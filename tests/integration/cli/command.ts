import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '..', '..', '..');
export const KEYHARBOR = join(PROJECT, 'cli', 'keyharbor');

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly home: string;
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The environment of a plain shell with this home: no colours forced, no home of the person who runs the tests. */
export function environment(home: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, FORCE_COLOR: _color, NO_COLOR: _noColor, ...rest } = process.env;
  return { ...rest, KEYHARBOR_HOME: home, ...more };
}

/** Starts the built command line through its launcher, as a person would. */
export function start(args: readonly string[], options: Options): ChildProcess {
  if (!existsSync(join(PROJECT, 'out', 'cli', 'main.cjs'))) throw new Error('Build first: npm run build');
  return spawn(KEYHARBOR, args, { env: environment(options.home, options.env), stdio: ['pipe', 'pipe', 'pipe'] });
}

export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

/** Runs one command line to its end, with `stdin` written to it; without, stdin is empty and no terminal. */
export async function kh(args: readonly string[], options: Options): Promise<Outcome> {
  const child = start(args, options);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.stdin ?? '');
  return outcomeOf(child);
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Runs one command line on a terminal of its own (util-linux `script`). Each entry of `typed` is written when the
 * text before it has appeared. Everything the terminal showed comes back as stdout.
 */
export async function onTerminal(
  args: readonly string[],
  options: Options,
  typed: readonly { readonly after: string; readonly type: string }[],
): Promise<Outcome> {
  const line = [KEYHARBOR, ...args].map(quote).join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: environment(options.home, { TERM: 'xterm', SHELL: '/bin/sh', ...options.env }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const waiting = [...typed];
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const next = waiting[0];
    if (next === undefined || !shown.includes(next.after)) return;
    shown = shown.slice(shown.indexOf(next.after) + next.after.length);
    waiting.shift();
    child.stdin.write(next.type);
  });
  return outcomeOf(child);
}
