import { isLiteral, jsonMembers, type MemberPlace } from './json-members.ts';

const LF = 0x0a;
const CR = 0x0d;
const DATA = Buffer.from('data:');
const USAGE = Buffer.from('"usage"');
const FIRST_HELD_BYTES = 4096;
/** A longer event is no chunk of a chat completion: it passes as it is. */
const MAX_EVENT_BYTES = 1024 * 1024;

/**
 * Takes out of a chat-completions event stream what `askForUsage` brought in: the extra chunk with no choices, and the
 * `"usage":null` members of all others. Every other byte passes unchanged, each event as soon as it is whole.
 */
export class UsageRemover {
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  #lineBytes = 0;
  #lineIsCr = false;
  /** The rest of an event that grew too long. */
  #passing = false;
  /** `mixed`: an LF where lines end in CR alone. Nothing is taken out then: events could not be told, and would be held. */
  #lineEnd: LineEnd | 'mixed' = 'unknown';

  /** @returns what to send on, in order: views of `chunk`, or buffers of their own. They are good until the next call. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const bytes = this.#inLines(
      Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    );
    if (this.#lineEnd === 'mixed') return this.#heldBytes === 0 ? [bytes] : [this.#takeHeld(), bytes];
    const newline = this.#newline;
    const out: Uint8Array[] = [];
    let eventFrom = 0;
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(newline, at);
      if (end === -1) break;
      const blank = this.#lineBytes + (end - at) === 0 || this.#isLoneCr(bytes, at, end);
      this.#lineBytes = 0;
      this.#lineIsCr = false;
      at = end + 1;
      if (!blank) continue;
      this.#endEvent(bytes, eventFrom, at, out);
      eventFrom = at;
    }
    if (at < bytes.byteLength) {
      this.#lineIsCr = this.#lineBytes === 0 && bytes.byteLength - at === 1 && bytes[at] === CR;
      this.#lineBytes += bytes.byteLength - at;
    }
    this.#holdRest(bytes, eventFrom, out);
    return out;
  }

  /** What is left of a stream that ended, or was cut, within an event. */
  end(): readonly Uint8Array[] {
    const rest = this.#takeHeld();
    return rest.byteLength === 0 ? [] : [rest];
  }

  /** The last byte of what ends a line. */
  get #newline(): typeof LF | typeof CR {
    return this.#lineEnd === 'cr' ? CR : LF;
  }

  /** Looks at how lines end. @returns what to read: where that is CR alone, what was held until it was known comes again. */
  #inLines(bytes: Buffer): Buffer {
    const before = this.#lineEnd;
    if (before === 'lf' || before === 'mixed') return bytes;
    const now = before === 'cr' ? before : lineEnd(before, bytes);
    this.#lineEnd = now === 'cr' && bytes.includes(LF) ? 'mixed' : now;
    if (this.#lineEnd !== 'cr' || before === 'cr') return bytes;
    if (before === 'cr or crlf') this.#lineBytes = 0;
    this.#lineIsCr = false;
    if (this.#heldBytes === 0) return bytes;
    this.#lineBytes = 0;
    return Buffer.concat([this.#takeHeld(), bytes]);
  }

  #isLoneCr(bytes: Buffer, from: number, end: number): boolean {
    if (this.#lineBytes === 0) return end - from === 1 && bytes[from] === CR;
    return this.#lineIsCr && end === from;
  }

  #endEvent(bytes: Buffer, from: number, to: number, out: Uint8Array[]): void {
    if (this.#passing) {
      this.#passing = false;
      out.push(bytes.subarray(from, to));
      return;
    }
    if (this.#heldBytes === 0) {
      withoutUsage(bytes.subarray(from, to), this.#newline, out);
      return;
    }
    this.#hold(bytes, from, to);
    withoutUsage(this.#takeHeld(), this.#newline, out);
  }

  #holdRest(bytes: Buffer, from: number, out: Uint8Array[]): void {
    if (from === bytes.byteLength) return;
    if (!this.#passing && this.#heldBytes + bytes.byteLength - from > MAX_EVENT_BYTES) {
      this.#passing = true;
      out.push(this.#takeHeld());
    }
    if (this.#passing) out.push(bytes.subarray(from));
    else this.#hold(bytes, from, bytes.byteLength);
  }

  /** Grows by doubling: an event that comes byte by byte must not cost its square. */
  #hold(bytes: Buffer, from: number, to: number): void {
    const needed = this.#heldBytes + to - from;
    if (needed > this.#held.byteLength) {
      const larger = Buffer.alloc(Math.max(needed, this.#held.byteLength * 2, FIRST_HELD_BYTES));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    bytes.copy(this.#held, this.#heldBytes, from, to);
    this.#heldBytes = needed;
  }

  #takeHeld(): Buffer {
    const held = Buffer.from(this.#held.subarray(0, this.#heldBytes));
    this.#heldBytes = 0;
    return held;
  }
}

/** How the first line ends, as far as it is known (WHATWG HTML section 9.2.5: LF, CRLF or CR). `lf`: CRLF too. */
type LineEnd = 'unknown' | 'cr or crlf' | 'lf' | 'cr';

function lineEnd(known: 'unknown' | 'cr or crlf', bytes: Buffer): LineEnd {
  if (bytes.byteLength === 0) return known;
  if (known === 'cr or crlf') return bytes[0] === LF ? 'lf' : 'cr';
  const end = bytes.findIndex((byte) => byte === LF || byte === CR);
  if (end === -1) return 'unknown';
  if (bytes[end] === LF) return 'lf';
  return end + 1 === bytes.byteLength ? 'cr or crlf' : bytes[end + 1] === LF ? 'lf' : 'cr';
}

/** @param event - one event with its blank line. */
function withoutUsage(event: Buffer, newline: number, out: Uint8Array[]): void {
  const data = event.includes(USAGE) ? onlyDataLine(event, newline) : null;
  const members = data === null ? null : jsonMembers(event, data.from, data.to);
  const usage = members?.find(({ name }) => name === 'usage');
  if (members === null || usage === undefined) {
    out.push(event);
    return;
  }
  if (!isLiteral(event, usage, 'null')) {
    if (!isExtraChunk(event, members)) out.push(event);
    return;
  }
  const next = members[members.indexOf(usage) + 1];
  const from = usage.comma === -1 ? usage.keyFrom : usage.comma;
  const to = usage.comma === -1 && next !== undefined ? next.keyFrom : usage.valueTo;
  out.push(event.subarray(0, from), event.subarray(to));
}

/** The chunk that comes only because usage was asked for holds no choice. */
function isExtraChunk(event: Buffer, members: readonly MemberPlace[]): boolean {
  const choices = members.find(({ name }) => name === 'choices');
  return choices !== undefined && /^\[\s*\]$/.test(event.toString('latin1', choices.valueFrom, choices.valueTo));
}

/** The JSON of an event that has one data line; null for any other. */
function onlyDataLine(event: Buffer, newline: number): { readonly from: number; readonly to: number } | null {
  let found: { readonly from: number; readonly to: number } | null = null;
  let at = 0;
  while (at < event.byteLength) {
    const lineTo = event.indexOf(newline, at);
    const end = lineTo === -1 ? event.byteLength : lineTo;
    if (event.subarray(at, at + DATA.byteLength).equals(DATA)) {
      if (found !== null) return null;
      found = { from: at + DATA.byteLength, to: end };
    }
    at = end + 1;
  }
  return found;
}
