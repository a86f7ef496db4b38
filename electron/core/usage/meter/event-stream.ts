import type { JsonPicker } from './json-picker.ts';

/**
 * Feeds the data of server-sent events (WHATWG HTML, section 9.2, "event stream") to a JSON picker, one event after the
 * other, as the bytes come and without copying them. LF, CRLF and CR alone end a line.
 */
const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const DATA = Buffer.from('data');
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const LINE_FEED = Buffer.from('\n');

const IN_NAME = 0;
const AFTER_COLON = 1;
const IN_DATA = 2;
const IN_OTHER = 3;

/** Members whose names make an event worth reading; one whose value is null does not count. */
const TELLING = [Buffer.from('"usage"'), Buffer.from('"error"')] as const;

export class EventStream {
  readonly #picker: JsonPicker;
  readonly #eventEnded: () => void;
  /** Once true, an event that lies whole in a chunk and names none of the telling members is not looked into. */
  skimming = false;
  #state = IN_NAME;
  #nameBytes = 0;
  #nameFits = true;
  #eventHasData = false;
  #firstLine = true;
  /** The line before ended in CR: an LF that comes now belongs to it. */
  #afterCr = false;
  /**
   * Most streams have no CR at all. After a chunk without one it is looked for where no LF is found, or a CR ended a line
   * without data: only a chunk that holds the first CR and, further on, an LF is not read as it should be.
   */
  #looksForCr = true;
  #markBytes = 0;
  /** Where in the chunk each telling member is next; -1 before it was looked for. */
  readonly #next = TELLING.map(() => -1);

  /** @param eventEnded - the event's data went to the picker as a whole. */
  constructor(picker: JsonPicker, eventEnded: () => void) {
    this.#picker = picker;
    this.#eventEnded = eventEnded;
  }

  push(bytes: Buffer): void {
    this.#next.fill(-1);
    const to = bytes.byteLength;
    let at = 0;
    // Each is looked for again only when it is passed.
    let lf = -1;
    let cr = -1;
    while (at < to) {
      if (this.#afterCr) {
        this.#afterCr = false;
        if (bytes[at] === LF) at += 1;
        continue;
      }
      if (this.#state === IN_NAME) {
        at = this.#readName(bytes, at, to);
        continue;
      }
      if (this.#state === AFTER_COLON) {
        if (bytes[at] === SPACE) at += 1;
        this.#state = IN_DATA;
      }
      if (lf < at) lf = placeOf(bytes, LF, at);
      if (cr < at && (this.#looksForCr || lf === to)) {
        cr = placeOf(bytes, CR, at);
        this.#looksForCr = cr < to;
      }
      const end = cr < at || lf < cr ? lf : cr;
      if (this.#state === IN_DATA && end > at) this.#readData(bytes, at, end);
      if (end === to) return;
      at = end + 1;
      this.#afterCr = end === cr;
      this.#beginLine();
    }
  }

  /** The stream is over: what no blank line ended counts as an event, as servers may close right after the last line. */
  end(): void {
    this.#endEvent();
  }

  #beginLine(): void {
    this.#state = IN_NAME;
    this.#nameBytes = 0;
    this.#nameFits = true;
    this.#firstLine = false;
  }

  #readName(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.#firstLine) at = this.#passMark(bytes, at, to);
    for (; at < to; at += 1) {
      const byte = bytes[at] as number;
      if (byte === LF || byte === CR) {
        // A line without a colon; an empty one ends the event.
        if (this.#nameBytes === 0) this.#endEvent();
        this.#beginLine();
        this.#afterCr = byte === CR;
        if (this.#afterCr) this.#looksForCr = true;
        return at + 1;
      }
      if (byte === COLON) {
        this.#state = this.#nameFits && this.#nameBytes === DATA.byteLength ? AFTER_COLON : IN_OTHER;
        if (this.#state === AFTER_COLON && this.#eventHasData) this.#picker.push(LINE_FEED);
        return at + 1;
      }
      if (byte !== DATA[this.#nameBytes]) this.#nameFits = false;
      this.#nameBytes += 1;
    }
    return at;
  }

  #passMark(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && this.#nameBytes === 0 && bytes[at] === BYTE_ORDER_MARK[this.#markBytes]) {
      at += 1;
      this.#markBytes += 1;
    }
    return at;
  }

  #readData(bytes: Buffer, from: number, to: number): void {
    if (this.skimming && !this.#eventHasData && isWholeEvent(bytes, to) && this.#nextTelling(bytes, from) >= to) return;
    this.#eventHasData = true;
    this.#picker.push(bytes, from, to);
  }

  #endEvent(): void {
    if (!this.#eventHasData) return;
    this.#eventHasData = false;
    this.#eventEnded();
    this.#picker.reset();
  }

  /** The first place from `from` on where a telling member stands; the length of the chunk where none does. */
  #nextTelling(bytes: Buffer, from: number): number {
    let first = bytes.byteLength;
    for (const [which, name] of TELLING.entries()) {
      let at = this.#next[which] as number;
      if (at < from) {
        at = findTelling(bytes, name, from);
        this.#next[which] = at;
      }
      if (at < first) first = at;
    }
    return first;
  }
}

/** The length of the chunk where there is none. */
function placeOf(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.byteLength : at;
}

function findTelling(bytes: Buffer, name: Buffer, from: number): number {
  let at = bytes.indexOf(name, from);
  while (at !== -1) {
    const after = at + name.byteLength;
    if (!isNull(bytes, after)) return at;
    at = bytes.indexOf(name, after);
  }
  return bytes.byteLength;
}

function isNull(bytes: Buffer, from: number): boolean {
  let at = from;
  while (bytes[at] === COLON || bytes[at] === SPACE) at += 1;
  return bytes[at] === 0x6e; // n
}

/** Whether the line that ends here is followed by the blank one: no other line adds to this event. */
function isWholeEvent(bytes: Buffer, lineEnd: number): boolean {
  const isCrLf = bytes[lineEnd] === CR && bytes[lineEnd + 1] === LF;
  const next = bytes[lineEnd + (isCrLf ? 2 : 1)];
  return next === LF || next === CR;
}
