import { randomUUID } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import type { MaskedOutput } from './masked-output.ts';
import { type Pty, ptySize, type SpawnPty } from './pty.ts';

/** Holds the terminal open, says its name, and at the end says a word that no program knows, then lets go. */
const HOLDER = 'trap "" INT QUIT TSTP; stty raw -echo && tty && read -r _ && printf %s "$0"';
const PROGRAM_NAME = /^(\/dev\/[a-z0-9/]+)\r?\n/;

/**
 * A terminal for output alone: a program whose input is a pipe, or whose errors go to a file, still sees that the rest
 * goes to a screen. It stays in our session, so that the keys of the real terminal reach it.
 */
export interface OutputTerminal {
  /** For the program's stdout and stderr; closed here by `started`. */
  readonly descriptor: number;
  readonly started: () => void;
  readonly resize: () => void;
  /** Resolves when all that the program wrote before its end has been passed on. */
  readonly finish: () => Promise<void>;
}

/** @returns null where no terminal can be made. */
export async function openOutputTerminal(spawn: SpawnPty, output: MaskedOutput): Promise<OutputTerminal | null> {
  const farewell = Buffer.from(randomUUID());
  let holder: Pty;
  try {
    holder = spawn('/bin/sh', ['-c', HOLDER, farewell.toString()], { env: process.env });
  } catch {
    return null;
  }
  const reader = new Reader(farewell, output);
  holder.onData((bytes) => reader.push(bytes));
  const ended = new Promise<void>((resolve) => holder.onExit(() => resolve()));
  const name = await Promise.race([reader.name, ended.then(() => null)]);
  if (name === null) return null;
  const descriptor = openSync(name, constants.O_RDWR | constants.O_NOCTTY);
  return {
    descriptor,
    started: () => closeSync(descriptor),
    resize: () => {
      const { cols, rows } = ptySize();
      holder.resize(cols, rows);
    },
    finish: async () => {
      holder.write('\n');
      await Promise.race([reader.farewell, ended]);
      output.end();
    },
  };
}

/** The holder's name, then what the program writes, then the farewell. */
class Reader {
  readonly name: Promise<string>;
  readonly farewell: Promise<void>;
  readonly #farewell: Buffer;
  readonly #output: MaskedOutput;
  #setName: ((name: string) => void) | null = null;
  #setFarewell: () => void = () => undefined;
  #held: Buffer = Buffer.alloc(0);

  constructor(farewell: Buffer, output: MaskedOutput) {
    this.#farewell = farewell;
    this.#output = output;
    this.name = new Promise((resolve) => {
      this.#setName = resolve;
    });
    this.farewell = new Promise((resolve) => {
      this.#setFarewell = resolve;
    });
  }

  push(bytes: Buffer): void {
    let all = Buffer.concat([this.#held, bytes]);
    if (this.#setName !== null) {
      const [line = '', name = ''] = PROGRAM_NAME.exec(all.toString('latin1')) ?? [];
      if (line === '') {
        this.#held = all;
        return;
      }
      this.#setName(name);
      this.#setName = null;
      all = all.subarray(line.length);
    }
    const end = all.indexOf(this.#farewell);
    const cut = end >= 0 ? end : all.length - startOf(this.#farewell, all);
    this.#held = Buffer.from(all.subarray(cut));
    if (cut > 0) this.#output.push(all.subarray(0, cut));
    if (end >= 0) this.#setFarewell();
  }
}

/** How many of the last bytes may be the beginning of `word`. */
function startOf(word: Buffer, bytes: Buffer): number {
  for (let length = Math.min(word.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(word.subarray(0, length))) return length;
  }
  return 0;
}
