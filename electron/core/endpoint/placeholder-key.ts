import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';

/**
 * A stand-in for a key that carries a client token: tools that look at their key before they send it see one of the
 * right form. The encoding is the token, whole, somewhere in a value of the provider's format: in the first part of it
 * that has room for 68 characters, else behind its literal start. `embeddedToken` takes it back out.
 */
export function placeholderKey(kind: Pick<AuthKindDescriptor, 'primary' | 'formats'>, token: string): string {
  const formats = kind.formats.filter(({ field, generic }) => field === kind.primary && !generic);
  for (const { regex } of formats) {
    const value = filled(regex, token);
    if (value !== null) return value;
  }
  const start = formats.map(({ prefix, regex }) => prefix ?? literalStart(regex)).find((text) => text !== '');
  return `${start ?? ''}${token}`;
}

/** Null where no part of the pattern has room for the token. */
function filled(regex: string, token: string): string | null {
  const pattern = new Pattern(regex, token);
  const value = pattern.alternatives();
  if (value === null || !pattern.isPlaced) return null;
  return new RegExp(`^(?:${regex})$`).test(value) ? value : null;
}

function literalStart(regex: string): string {
  return /^[A-Za-z0-9_-]+(?![A-Za-z0-9_-]*[?*+{|])/.exec(regex)?.[0] ?? '';
}

const QUANTIFIER = /^(?:\{([0-9]+)(?:,([0-9]*))?\}|([?*+]))/;
const CLASS = /^(?:\[\^?\]?(?:\\.|[^\]\\])*\]|\\[dw]|\.)/;
const FILLERS = 'x0aA-_'.split('');

/**
 * Writes one text that a pattern of the catalogue matches, with the token in it. Those patterns know no look-around and
 * no back references (shared/provider/auth-kind.ts); what this does not understand gives null, and the result is tried
 * on the pattern itself.
 */
class Pattern {
  readonly #token: string;
  #rest: string;
  isPlaced = false;

  constructor(regex: string, token: string) {
    this.#rest = regex;
    this.#token = token;
  }

  /** Up to the end or the closing bracket: the first alternative with room for the token, else the first. */
  alternatives(): string | null {
    const wasPlaced = this.isPlaced;
    let chosen = this.#sequence();
    let isDone = this.isPlaced;
    while (this.#rest.startsWith('|')) {
      this.#rest = this.#rest.slice(1);
      if (isDone) this.isPlaced = true; // it is not to be placed in the others as well
      const next = this.#sequence();
      if (!isDone && !wasPlaced && this.isPlaced) chosen = next;
      isDone ||= this.isPlaced;
    }
    return chosen;
  }

  #sequence(): string | null {
    let text = '';
    while (this.#rest !== '' && !/^[|)]/.test(this.#rest)) {
      const piece = this.#piece();
      if (piece === null) return null;
      text += piece;
    }
    return text;
  }

  #piece(): string | null {
    const group = /^\((?:\?:)?/.exec(this.#rest)?.[0];
    if (group !== undefined) {
      this.#rest = this.#rest.slice(group.length);
      const inner = this.alternatives();
      if (inner === null || !this.#rest.startsWith(')')) return null;
      this.#rest = this.#rest.slice(1);
      const { min } = this.#quantifier();
      return min === 0 && !inner.includes(this.#token) ? '' : inner.repeat(Math.max(1, min));
    }
    const set = CLASS.exec(this.#rest)?.[0];
    const literal = set === undefined ? /^\\?[^()|]/.exec(this.#rest)?.[0] : undefined;
    const atom = set ?? literal;
    if (atom === undefined) return null;
    this.#rest = this.#rest.slice(atom.length);
    const { min, max } = this.#quantifier();
    if (literal !== undefined) return literal.replace(/^\\/, '').repeat(min);
    return this.#run(atom, min, max);
  }

  #run(set: string, min: number, max: number): string | null {
    const isRoomy = !this.isPlaced && max >= this.#token.length && new RegExp(`^${set}+$`).test(this.#token);
    if (isRoomy) this.isPlaced = true;
    const text = isRoomy ? this.#token : '';
    const filler = FILLERS.find((character) => new RegExp(`^${set}$`).test(character));
    if (filler === undefined) return min <= text.length ? text : null;
    return text.padEnd(min, filler);
  }

  #quantifier(): { readonly min: number; readonly max: number } {
    const found = QUANTIFIER.exec(this.#rest);
    if (found === null) return { min: 1, max: 1 };
    this.#rest = this.#rest.slice(found[0].length);
    const [, least, most, sign] = found;
    if (sign !== undefined) return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    const min = Number(least);
    return { min, max: most === undefined ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most) };
  }
}
