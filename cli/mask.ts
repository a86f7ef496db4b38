const MASK = Buffer.from('********');
/** The lines of a PEM are masked one by one too: a program may print them with other line ends. */
const MIN_LINE_CHARACTERS = 16;

/** So much of the start of a secret may be shown while nothing follows it: a prompt that ends like one begins. */
const SHOWN_WHEN_IDLE_BYTES = 8;

/**
 * What to look for, as bytes: each secret, its forms inside JSON text and a URL, with the line ends of a terminal, and
 * the long lines of one that has several.
 */
export function maskPatterns(secrets: readonly string[]): readonly Buffer[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    secret.replaceAll('\n', '\r\n'),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    ...secret.split(/\r?\n/).filter((line) => line.length >= MIN_LINE_CHARACTERS),
  ]);
  return [...new Set(forms)].filter((form) => form !== '').map((form) => Buffer.from(form, 'utf8'));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Replaces secrets in a stream of bytes, also where one is cut by the border of two chunks. Only bytes that may be the
 * start of a secret are held back until the next chunk or the end, so a prompt without a line end appears at once.
 */
export class Mask {
  readonly #patterns: readonly Buffer[];
  readonly #longest: number;
  #held: Buffer = Buffer.alloc(0);
  /** So many of the held bytes belong to a secret whose mask is out already. */
  #covered = 0;
  /** So many of the held bytes are out, as they are. */
  #shown = 0;

  constructor(patterns: readonly Buffer[]) {
    this.#patterns = patterns;
    this.#longest = Math.max(0, ...patterns.map((pattern) => pattern.length));
  }

  push(chunk: Buffer): Buffer {
    return this.#advance(chunk, true);
  }

  /** Whether something waits for what follows it. */
  get waits(): boolean {
    return this.#held.length > Math.max(this.#covered, this.#shown);
  }

  /**
   * What may be shown when nothing follows for a while: at most the first bytes of what could be a secret, and less than
   * half of it. What comes then is still matched with them, so only such a start is ever seen.
   */
  idle(): Buffer {
    const { length } = this.#held;
    const shortest = Math.min(...this.#patterns.filter((each) => this.#mayBe(each)).map((each) => each.length));
    if (!this.waits || length > SHOWN_WHEN_IDLE_BYTES || length * 2 >= shortest) return Buffer.alloc(0);
    const out = Buffer.from(this.#held.subarray(Math.max(this.#covered, this.#shown)));
    this.#shown = length;
    return out;
  }

  #mayBe(pattern: Buffer): boolean {
    return pattern.length > this.#held.length && pattern.subarray(0, this.#held.length).equals(this.#held);
  }

  /** What was held back, at the end of the stream. */
  end(): Buffer {
    return this.#advance(Buffer.alloc(0), false);
  }

  #advance(chunk: Buffer, more: boolean): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const hold = more ? this.#holdFrom(bytes) : bytes.length;
    const out: Buffer[] = [];
    let at = Math.max(this.#covered, this.#shown);
    let covered = this.#covered;
    for (const span of this.#spans(bytes)) {
      if (span.end <= covered) continue;
      if (span.start >= hold) break;
      // A span that begins inside what is covered continues the same secret: its mask is out.
      if (span.start >= covered || covered === 0) {
        out.push(bytes.subarray(at, Math.max(at, span.start)), MASK);
      }
      covered = span.end;
      at = Math.max(at, span.end);
    }
    if (at < hold) out.push(bytes.subarray(at, hold));
    this.#held = Buffer.from(bytes.subarray(hold));
    this.#covered = Math.max(covered - hold, 0);
    this.#shown = Math.max(this.#shown - hold, 0);
    return Buffer.concat(out);
  }

  /** Where secrets lie, in order; overlapping ones are one span. */
  #spans(bytes: Buffer): readonly Span[] {
    const found: Span[] = [];
    for (const pattern of this.#patterns) {
      for (let start = bytes.indexOf(pattern); start >= 0; start = bytes.indexOf(pattern, start + 1)) {
        found.push({ start, end: start + pattern.length });
      }
    }
    found.sort((a, b) => a.start - b.start);
    const merged: Span[] = [];
    for (const span of found) {
      const last = merged.at(-1);
      if (last !== undefined && span.start < last.end) {
        merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
      } else {
        merged.push(span);
      }
    }
    return merged;
  }

  /** The first place from which the rest of the bytes is the beginning of a secret and not a whole one. */
  #holdFrom(bytes: Buffer): number {
    for (let start = Math.max(0, bytes.length - this.#longest + 1); start < bytes.length; start++) {
      const rest = bytes.subarray(start);
      const begins = this.#patterns.some(
        (pattern) => pattern.length > rest.length && pattern.subarray(0, rest.length).equals(rest),
      );
      if (begins) return start;
    }
    return bytes.length;
  }
}
