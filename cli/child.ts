import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { notExecutable, notFound, whyNotStartable } from './find-program.ts';
import { isStopped } from './foreground.ts';
import { maskPatterns } from './mask.ts';
import { MaskedOutput } from './masked-output.ts';
import { loadPty } from './pty.ts';
import { openOutputTerminal, type OutputTerminal } from './pty-output.ts';
import { isInteractive, runOnPty } from './pty-session.ts';

/** A terminal sends these to the whole group in front, so the child has them already. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'];
/** How long a child that tidies up its screen before it stops is waited for. */
const STOP_LOOKS = 20;
const STOP_LOOK_EVERY_MS = 10;

export interface ChildOutcome {
  readonly code: number;
  /** What people should be told beside the exit code; null where there is nothing. */
  readonly problem: string | null;
}

/**
 * Runs `command` without a shell. Where there is nothing to mask it has our stdin, stdout and stderr; else what it
 * prints goes through the mask: on a terminal through another terminal, so that it looks and behaves as without us.
 * Resolves when the child and its output have ended.
 */
export async function runChild(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  secrets: readonly string[],
): Promise<ChildOutcome> {
  const patterns = maskPatterns(secrets);
  if (patterns.length === 0) return new PlainChild(command, env, { stdout: null, stderr: null }).outcome();
  const onScreen = { stdout: isatty(1), stderr: isatty(2) };
  const pty = onScreen.stdout || onScreen.stderr ? await loadPty() : null;
  if (pty !== null && isInteractive()) {
    const problem = whyNotStartable(command[0] ?? '', env);
    return problem ?? { code: await runOnPty(pty, command, env, patterns), problem: null };
  }
  const shown = new MaskedOutput(patterns, onScreen.stdout ? process.stdout : process.stderr);
  const screen = pty === null ? null : await openOutputTerminal(pty, shown);
  const through = (name: 'stdout' | 'stderr'): Way =>
    onScreen[name] && screen !== null ? screen : new MaskedOutput(patterns, process[name]);
  const outcome = await new PlainChild(command, env, {
    stdout: through('stdout'),
    stderr: through('stderr'),
  }).outcome();
  const noScreen = (onScreen.stdout || onScreen.stderr) && screen === null && process.platform !== 'win32';
  return noScreen && outcome.problem === null ? { ...outcome, problem: NO_PTY } : outcome;
}

const NO_PTY =
  'The program did not see a terminal: the package that makes one (@lydell/node-pty) is not installed. Install Keyharbor again, or use --no-mask.';

/** Where the child's output goes: to ours as it is, onto a terminal, or through a pipe and the mask. */
type Way = OutputTerminal | MaskedOutput | null;

interface Ways {
  readonly stdout: Way;
  readonly stderr: Way;
}

const isTerminal = (way: Way): way is OutputTerminal => way !== null && 'descriptor' in way;

/** A child in our own session and process group. */
class PlainChild {
  readonly #command: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #ways: Ways;
  readonly #screen: OutputTerminal | null;

  constructor(command: readonly string[], env: NodeJS.ProcessEnv, ways: Ways) {
    this.#command = command;
    this.#env = env;
    this.#ways = ways;
    this.#screen = [ways.stdout, ways.stderr].find(isTerminal) ?? null;
  }

  async outcome(): Promise<ChildOutcome> {
    const { stdout, stderr } = this.#ways;
    const child = this.#start();
    this.#screen?.started();
    if (child === null) {
      await this.#screen?.finish();
      return notExecutable;
    }
    const release = passSignals(child, this.#screen);
    const copies = [copyMasked(child, 'stdout', stdout), copyMasked(child, 'stderr', stderr)];
    const outcome = await ended(child);
    await Promise.all(copies);
    await this.#screen?.finish();
    release();
    return outcome;
  }

  #start(): ChildProcess | null {
    const [program = '', ...rest] = this.#command;
    const to = (way: Way) => (way === null ? 'inherit' : isTerminal(way) ? way.descriptor : 'pipe');
    try {
      return spawn(program, rest, {
        env: this.#env,
        stdio: ['inherit', to(this.#ways.stdout), to(this.#ways.stderr)],
      });
    } catch {
      // A NUL in an argument, an empty name, an environment that is too large.
      return null;
    }
  }
}

async function ended(child: ChildProcess): Promise<ChildOutcome> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? notFound : notExecutable));
    child.once('exit', (code, signal) =>
      resolve({ code: signal === null ? (code ?? 1) : 128 + constants.signals[signal], problem: null }),
    );
  });
}

function passSignals(child: ChildProcess, screen: OutputTerminal | null): () => void {
  // Not process.stdin and its like: touched, they make what we share with the child non-blocking.
  const atTerminal = isatty(0) || isatty(1) || isatty(2);
  const listeners = new Map<NodeJS.Signals, () => void>();
  for (const signal of FROM_TERMINAL) listeners.set(signal, () => void (atTerminal || child.kill(signal)));
  if (process.platform !== 'win32') {
    for (const signal of PASSED_ON) listeners.set(signal, () => void child.kill(signal));
    listeners.set('SIGWINCH', () => {
      screen?.resize();
      child.kill('SIGWINCH');
    });
    listeners.set('SIGTSTP', () => {
      child.kill('SIGTSTP');
      stopAfter(child);
    });
  }
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };
}

/** Stops us when the child has stopped: until then it may have something to show, and we are what shows it. */
function stopAfter(child: ChildProcess, looks = STOP_LOOKS): void {
  if (child.pid !== undefined && looks > 0 && !isStopped(child.pid)) {
    setTimeout(() => stopAfter(child, looks - 1), STOP_LOOK_EVERY_MS);
  } else {
    process.kill(process.pid, 'SIGSTOP');
  }
}

/** Resolves when the pipe has ended, or nobody reads ours any more: then the child gets a broken one, as by itself. */
async function copyMasked(child: ChildProcess, name: 'stdout' | 'stderr', output: Way): Promise<void> {
  const from = child[name];
  if (from === null || output === null || isTerminal(output)) return;
  const to = process[name];
  return new Promise((resolve) => {
    to.on('error', () => {
      // Node's pipes are sockets: closing one alone would be a reset connection to the child.
      child.kill('SIGPIPE');
      from.destroy();
      resolve();
    });
    from.on('data', (chunk: Buffer) => {
      if (output.push(chunk)) return;
      from.pause();
      to.once('drain', () => from.resume());
    });
    from.once('close', () => {
      output.end();
      resolve();
    });
  });
}
