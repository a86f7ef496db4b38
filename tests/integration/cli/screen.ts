import { type IPty, spawn } from '@lydell/node-pty';

interface Waiting {
  readonly text: string;
  readonly found: () => void;
}

/** A terminal with a person at it: what the program shows is read, what is typed goes in. */
export class Screen {
  shown = '';
  readonly ended: Promise<number>;
  readonly #pty: IPty;
  #seen = 0;
  #waiting: Waiting | null = null;

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv, size = { cols: 100, rows: 30 }) {
    this.#pty = spawn(program, [...args], { env: { ...env, TERM: 'xterm' }, cwd: process.cwd(), ...size });
    this.#pty.onData((text) => {
      this.shown += text;
      this.#look();
    });
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode));
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Resolves when `text` has appeared after what was waited for before. */
  async until(text: string): Promise<void> {
    return new Promise((found) => {
      this.#waiting = { text, found };
      this.#look();
    });
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows);
  }

  #look(): void {
    const at = this.#waiting === null ? -1 : this.shown.indexOf(this.#waiting.text, this.#seen);
    if (at < 0 || this.#waiting === null) return;
    this.#seen = at + this.#waiting.text.length;
    const { found } = this.#waiting;
    this.#waiting = null;
    found();
  }
}
