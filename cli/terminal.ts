import { StringDecoder } from 'node:string_decoder';
import { Exit, usage } from './fail.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const CTRL_BACKSLASH = '\u001c';
const SIGINT = 2;
const SIGQUIT = 3;
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/g;

/** Whether a person can be asked: what they type comes here, and they see the question. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Typed or pasted ahead of the question that is being asked; the next question reads it first. */
let ahead = '';

/** Throws away what was typed ahead: it was not meant for the question that comes now. */
export function forgetTypedAhead(): void {
  ahead = '';
}

/**
 * Asks one line on the terminal. The question goes to stderr, so that stdout stays clean.
 * @param signal - takes the question back: then the answer is empty.
 * @throws AppError `invalid_input` at the end of input; Exit 130 after Ctrl-C, 131 after Ctrl-\, with the
 * terminal as it was.
 */
export async function ask(question: string, echo: boolean, signal?: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  const decoder = new StringDecoder('utf8');
  // First: who types fast would see it otherwise.
  stdin.setRawMode(true);
  stderr.write(question);
  const restore = (): void => {
    stdin.setRawMode(false);
    stdin.pause();
  };
  process.once('exit', restore);
  try {
    return await new Promise<string>((resolve, reject) => {
      const line = new LineEditor(echo ? (text) => stderr.write(text) : () => undefined);
      const take = (text: string): void => {
        const end = line.type(text);
        if (end === null) return;
        ahead = end.rest;
        stdin.removeListener('data', onData);
        if (end.by === 'interrupt') reject(new Exit(128 + SIGINT));
        else if (end.by === 'quit') reject(new Exit(128 + SIGQUIT));
        else if (end.by === 'end') reject(usage('Nothing was entered. Nothing was changed.'));
        else resolve(line.text);
      };
      const onData = (bytes: Buffer): void => take(decoder.write(bytes));
      const takeBack = (): void => {
        stdin.removeListener('data', onData);
        resolve('');
      };
      if (signal?.aborted) return takeBack();
      signal?.addEventListener('abort', takeBack, { once: true });
      stdin.on('data', onData);
      stdin.resume();
      const typed = ahead;
      ahead = '';
      if (typed !== '') take(typed);
    });
  } finally {
    process.removeListener('exit', restore);
    restore();
    stderr.write('\n');
  }
}

interface LineEnd {
  readonly by: 'enter' | 'interrupt' | 'quit' | 'end';
  readonly rest: string;
}

/** The little editing that a hidden line needs: rub out a character, rub out all. Raw mode has none. */
class LineEditor {
  readonly #show: (text: string) => void;
  #typed: string[] = [];

  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  get text(): string {
    return this.#typed.join('');
  }

  /** @returns how the line ended, or null while it goes on. */
  type(text: string): LineEnd | null {
    const characters = [...text.replace(ESCAPE_SEQUENCE, '')];
    for (const [index, character] of characters.entries()) {
      // A pasted CR LF is one end of line.
      const after = characters.slice(index + 1).join('');
      const rest = character === '\r' && after.startsWith('\n') ? after.slice(1) : after;
      if (character === '\r' || character === '\n') return { by: 'enter', rest };
      if (character === CTRL_C) return { by: 'interrupt', rest: '' };
      if (character === CTRL_BACKSLASH) return { by: 'quit', rest: '' };
      if (character === CTRL_D && this.#typed.length === 0) return { by: 'end', rest: '' };
      this.#edit(character);
    }
    return null;
  }

  #edit(character: string): void {
    if (character === '\u007f' || character === '\b') {
      if (this.#typed.pop() !== undefined) this.#show('\b \b');
    } else if (character === CTRL_U) {
      this.#show('\b \b'.repeat(this.#typed.length));
      this.#typed = [];
    } else if (character >= ' ') {
      this.#typed.push(character);
      this.#show(character);
    }
  }
}
