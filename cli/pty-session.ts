import { closeSync, constants, openSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';
import { inBackground, wouldStopByItself } from './foreground.ts';
import { MaskedOutput } from './masked-output.ts';
import { type Pty, ptySize, type SpawnPty, stty } from './pty.ts';

const CTRL_Z = 0x1a;
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** Whether a person sits at all three ends, so that a program can have a whole terminal. */
export function isInteractive(): boolean {
  return isatty(0) && isatty(1) && isatty(2) && !inBackground();
}

/**
 * Runs a program on a terminal of its own between it and ours: what is typed goes in, what it shows comes out masked.
 * Its window has the size of ours; ours is as before when this resolves, and at any exit of this process.
 * @returns the exit code, 128 + n for a signal.
 */
export async function runOnPty(
  spawn: SpawnPty,
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  patterns: readonly Buffer[],
): Promise<number> {
  const { stdin, stdout } = process;
  const pty = spawn(program, args, { env });
  const output = new MaskedOutput(patterns, stdout);
  const suspender = new Suspender(pty);
  const listeners = new Map<NodeJS.Signals, () => void>([
    ...PASSED_ON.map((signal) => [signal, () => toChild(pty, signal)] as const),
    ['SIGTSTP', () => suspender.onSignal()],
  ]);
  const onInput = (bytes: Buffer): void => suspender.input(bytes);
  const onResize = (): void => resize(pty);
  const onGone = (): void => toChild(pty, 'SIGHUP');
  return new Promise((resolve) => {
    pty.onData((bytes) => void output.push(bytes));
    pty.onExit(({ exitCode, signal }) => {
      output.end();
      for (const [name, listener] of listeners) process.removeListener(name, listener);
      stdout.removeListener('resize', onResize);
      stdout.removeListener('error', onGone);
      stdin.removeListener('data', onInput);
      toCooked();
      stdin.pause();
      resolve(signal ? 128 + signal : exitCode);
    });
    for (const [name, listener] of listeners) process.on(name, listener);
    stdout.on('resize', onResize);
    stdout.on('error', onGone);
    toRaw();
    stdin.on('data', onInput);
    resize(pty);
  });
}

/** Every byte passes: the terminal of the program does what ours would, echo and line ends too. */
function toRaw(): void {
  process.stdin.setRawMode(true);
  stty('-opost');
}

/** Node keeps the settings that it found, `opost` among them. */
function toCooked(): void {
  process.stdin.setRawMode(false);
}

function resize(pty: Pty): void {
  const { cols, rows } = ptySize();
  try {
    pty.resize(cols, rows);
  } catch {
    // It has just ended.
  }
}

/** To all of its group, as a terminal does. */
function toChild(pty: Pty, signal: NodeJS.Signals): void {
  try {
    process.kill(-pty.pid, signal);
  } catch {
    // It has just ended.
  }
}

/** Whether Ctrl-Z means "stop" on the terminal of this program now: an editor or a shell may have taken it for itself. */
function stopsOnCtrlZ(pty: Pty): boolean {
  let terminal: number;
  try {
    terminal = openSync(`/proc/${pty.pid}/fd/0`, constants.O_RDONLY | constants.O_NOCTTY);
  } catch {
    return false;
  }
  try {
    const { stdout } = spawnSync('stty', ['-a'], { stdio: [terminal, 'pipe', 'ignore'], encoding: 'utf8' });
    return /(^|[\s;])isig\b/.test(stdout ?? '') && /susp = \^Z;/.test(stdout ?? '');
  } finally {
    closeSync(terminal);
  }
}

/** Ctrl-Z: a program that would only stop is stopped together with us; any other gets the key and does its own. */
class Suspender {
  readonly #pty: Pty;
  /** Of the signal that we send to our group ourselves, our own share comes back. */
  #ownSignals = 0;

  constructor(pty: Pty) {
    this.#pty = pty;
  }

  input(bytes: Buffer): void {
    const at = bytes.indexOf(CTRL_Z);
    if (at < 0 || !wouldStopByItself(this.#pty.pid) || !stopsOnCtrlZ(this.#pty)) return this.#pty.write(bytes);
    this.#pty.write(bytes.subarray(0, at));
    this.#suspend();
    if (at + 1 < bytes.length) this.input(bytes.subarray(at + 1));
  }

  onSignal(): void {
    if (this.#ownSignals > 0) this.#ownSignals--;
    else this.#suspend();
  }

  #suspend(): void {
    toChild(this.#pty, 'SIGSTOP');
    toCooked();
    // All of our job, for whoever started us (npm, make) waits for us.
    this.#ownSignals++;
    process.kill(0, 'SIGTSTP');
    process.kill(process.pid, 'SIGSTOP');
    // Here again after fg.
    toRaw();
    resize(this.#pty);
    toChild(this.#pty, 'SIGCONT');
  }
}
