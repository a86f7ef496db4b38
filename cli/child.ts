import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Mask, maskPatterns } from './mask.ts';

/** By custom of shells, env and sudo: the program was not found, or is not one. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** A terminal sends these to the whole group in front, so the child has them already. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'];

export interface ChildOutcome {
  readonly code: number;
  /** Why it could not be started, for people; null when it ran. */
  readonly problem: string | null;
}

/**
 * Runs `command` without a shell. It has our stdin; its output goes through the mask where there is something to mask,
 * else it has our stdout and stderr too. Resolves when the child and its output have ended.
 */
export async function runChild(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  secrets: readonly string[],
): Promise<ChildOutcome> {
  const [program = '', ...rest] = command;
  const patterns = maskPatterns(secrets);
  const output = patterns.length > 0 ? 'pipe' : 'inherit';
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(program, rest, { env, stdio: ['inherit', output, output] });
    } catch {
      // A NUL in an argument, an empty name, an environment that is too large.
      return resolve({ code: NOT_EXECUTABLE, problem: 'The command cannot be started.' });
    }
    const release = passSignals(child);
    const copies = [copyMasked(child, 'stdout', patterns), copyMasked(child, 'stderr', patterns)];
    child.once('error', (error: NodeJS.ErrnoException) => {
      release();
      resolve(
        error.code === 'ENOENT'
          ? { code: NOT_FOUND, problem: 'The command was not found.' }
          : { code: NOT_EXECUTABLE, problem: 'The command cannot be started.' },
      );
    });
    child.once('exit', (code, signal) => {
      void Promise.all(copies).then(() => {
        release();
        resolve({ code: signal === null ? (code ?? 1) : 128 + constants.signals[signal], problem: null });
      });
    });
  });
}

function passSignals(child: ChildProcess): () => void {
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const listeners = new Map<NodeJS.Signals, () => void>();
  for (const signal of FROM_TERMINAL) listeners.set(signal, () => void (atTerminal || child.kill(signal)));
  if (process.platform !== 'win32') {
    for (const signal of PASSED_ON) listeners.set(signal, () => void child.kill(signal));
    listeners.set('SIGTSTP', () => {
      child.kill('SIGTSTP');
      process.kill(process.pid, 'SIGSTOP');
    });
  }
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };
}

/** Resolves when `from` has ended, or nobody reads `to` any more: then the child gets a broken pipe as it would itself. */
async function copyMasked(child: ChildProcess, name: 'stdout' | 'stderr', patterns: readonly Buffer[]): Promise<void> {
  const from = child[name];
  const to = process[name];
  if (from === null) return;
  const mask = new Mask(patterns);
  return new Promise((resolve) => {
    const write = (bytes: Buffer): void => {
      if (bytes.length === 0 || to.write(bytes)) return;
      from.pause();
      to.once('drain', () => from.resume());
    };
    to.on('error', () => {
      // Node's pipes are sockets: closing one alone would be a reset connection to the child.
      child.kill('SIGPIPE');
      from.destroy();
      resolve();
    });
    from.on('data', (chunk: Buffer) => write(mask.push(chunk)));
    from.once('close', () => {
      write(mask.end());
      resolve();
    });
  });
}
