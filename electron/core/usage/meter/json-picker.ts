/**
 * Reads a few members out of a stream of JSON (RFC 8259) without keeping the rest: an answer of any size costs the
 * memory of the members asked for. It is no validator: what is malformed is passed over, and the caller learns at most
 * that a value never ended.
 */

/**
 * Member names to take. `true`: the value; `count`: how many elements the array has; an object: look inside, and inside
 * each object of an array.
 */
export interface Wanted {
  readonly [member: string]: true | 'count' | Wanted;
}

const MAX_CAPTURE_BYTES = 64 * 1024;
/** Strings shorter than this are looked through byte by byte; a native search costs more than they do. */
const SHORT_STRING_BYTES = 48;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;

const AT_VALUE = 0;
const AT_KEY = 1;
const IN_KEY = 2;
const AFTER_KEY = 3;
const IN_STRING = 4;
const IN_SCALAR = 5;
const IN_CONTAINER = 6;
const IN_CONTAINER_STRING = 7;

interface Member {
  readonly name: Buffer;
  /** "response.usage"; empty where `inside` is looked into. */
  readonly path: string;
  readonly counts: boolean;
  readonly inside: PickerPlan | null;
}

/** The wanted members of one object. Make it once with `pickerPlan`. */
export interface PickerPlan {
  /** By the length of their names. */
  readonly byLength: readonly (readonly Member[] | undefined)[];
  readonly byName: ReadonlyMap<string, Member>;
  /** Bytes of the longest name, those inside counted too. */
  readonly longestName: number;
}

export function pickerPlan(wanted: Wanted, above = ''): PickerPlan {
  const byLength: Member[][] = [];
  const byName = new Map<string, Member>();
  let longestName = 0;
  for (const [member, value] of Object.entries(wanted)) {
    const name = Buffer.from(member);
    const path = above + member;
    const inside = typeof value === 'object' ? pickerPlan(value, `${path}.`) : null;
    const one = { name, path, counts: value === 'count', inside };
    (byLength[name.byteLength] ??= []).push(one);
    byName.set(member, one);
    longestName = Math.max(longestName, name.byteLength, inside?.longestName ?? 0);
  }
  return { byLength, byName, longestName };
}

/**
 * Does what a picker does with a text that is at hand whole, several times as fast where it is short.
 * @param text - also one of bytes taken for characters: what a plan asks for is ASCII.
 * @returns false where it is not one JSON text: a picker may still find something in it.
 */
export function pickWhole(text: string, plan: PickerPlan, found: (path: string, value: unknown) => void): boolean {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return false;
  }
  pickInside(parsed, plan, found);
  return true;
}

function pickIn(value: unknown, plan: PickerPlan, found: (path: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name in value) {
    const member = plan.byName.get(name);
    if (member === undefined) continue;
    const held: unknown = (value as Readonly<Record<string, unknown>>)[name];
    if (member.inside !== null) pickInside(held, member.inside, found);
    else if (!member.counts) found(member.path, held);
    else if (Array.isArray(held)) found(member.path, held.length);
  }
}

function pickInside(held: unknown, plan: PickerPlan, found: (path: string, value: unknown) => void): void {
  if (!Array.isArray(held)) return pickIn(held, plan, found);
  for (const element of held as readonly unknown[]) if (!Array.isArray(element)) pickIn(element, plan, found);
}

export class JsonPicker {
  readonly #root: PickerPlan;
  readonly #key: Buffer;
  readonly #found: (path: string, value: unknown) => void;
  /** The objects, and arrays of objects, that are being looked into, outermost first. */
  readonly #inside: PickerPlan[] = [];
  /** A bit for each of them: whether it is an array. A plan is never as deep as there are bits. */
  #lists = 0;
  #mode = AT_VALUE;
  #keyBytes = 0;
  #escaped = false;
  /** The member whose value comes; null: nobody asked for it. */
  #member: Member | null = null;
  #depth = 0;
  #elements = 0;
  #comma = true;
  #captured: Buffer[] | null = null;
  #capturedBytes = 0;
  #overflowed = false;

  /**
   * @param plan - of each root value. Several in a row (JSON lines) and the elements of a root array count as roots.
   * @param found - told of each wanted member as its value ends, so the last one of a name is the one that holds.
   */
  constructor(plan: PickerPlan, found: (path: string, value: unknown) => void) {
    this.#root = plan;
    this.#key = Buffer.alloc(plan.longestName);
    this.#found = found;
  }

  /** Whether no value is open: what came so far is whole. */
  get atRest(): boolean {
    return this.#mode === AT_VALUE && this.#inside.length === 0;
  }

  /** A wanted value was larger than 64 KiB and is not known. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Forgets an unfinished value: the next bytes begin a new one. */
  reset(): void {
    this.#inside.length = 0;
    this.#lists = 0;
    this.#mode = AT_VALUE;
    this.#member = null;
    this.#captured = null;
    this.#escaped = false;
  }

  /** The bytes may be used again by the caller afterwards. */
  push(bytes: Buffer, from = 0, to = bytes.byteLength): void {
    let at = from;
    let captureFrom = from;
    while (at < to) {
      const byte = bytes[at] as number;
      switch (this.#mode) {
        case AT_VALUE:
          captureFrom = at;
          at = this.#beginValue(byte, at);
          break;
        case AT_KEY:
          at += 1;
          if (byte === QUOTE) {
            this.#mode = IN_KEY;
            this.#keyBytes = 0;
          } else if (byte === CLOSE_BRACE) {
            this.#leave();
          }
          break;
        case IN_KEY:
          at = this.#readKey(bytes, at, to);
          break;
        case AFTER_KEY:
          at += 1;
          if (byte === 0x3a) this.#mode = AT_VALUE;
          break;
        case IN_STRING:
          at = this.#skipString(bytes, at, to);
          if (this.#mode === IN_STRING && at < to) {
            at += 1;
            this.#endValue(bytes, captureFrom, at);
          }
          break;
        case IN_SCALAR:
          while (at < to && !endsScalar(bytes[at] as number)) at += 1;
          if (at < to) this.#endValue(bytes, captureFrom, at);
          break;
        case IN_CONTAINER_STRING:
          at = this.#skipString(bytes, at, to);
          if (at < to) {
            at += 1;
            this.#mode = IN_CONTAINER;
          }
          break;
        default:
          at = this.#skipContainer(bytes, at, to);
          if (this.#depth === 0) this.#endValue(bytes, captureFrom, at);
      }
    }
    if (this.#captured !== null) this.#keep(bytes, captureFrom, to);
  }

  #beginValue(byte: number, at: number): number {
    if (byte <= SPACE) return at + 1;
    const member = this.#member;
    const atRoot = this.#inside.length === 0;
    if (atRoot && byte !== OPEN_BRACE && (byte === OPEN_BRACKET || endsScalar(byte))) return at + 1;
    const isInList = this.#isInList;
    if (isInList && endsScalar(byte)) {
      if (byte === CLOSE_BRACKET) this.#leave();
      return at + 1;
    }
    if (byte === OPEN_BRACE && (atRoot || isInList || (member !== null && member.inside !== null))) {
      this.#inside.push(member?.inside ?? (isInList ? this.#inside.at(-1) : null) ?? this.#root);
      this.#member = null;
      this.#mode = AT_KEY;
      return at + 1;
    }
    if (byte === OPEN_BRACKET && member !== null && member.inside !== null) {
      this.#lists |= 1 << this.#inside.length;
      this.#inside.push(member.inside);
      this.#member = null;
      return at + 1;
    }
    if (member?.counts === true && byte !== OPEN_BRACKET) this.#member = null;
    else if (member !== null && member.inside === null && !member.counts) {
      this.#captured = [];
      this.#capturedBytes = 0;
    }
    if (byte === QUOTE) {
      this.#mode = IN_STRING;
      return at + 1;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      this.#mode = IN_CONTAINER;
      this.#depth = 1;
      this.#elements = 0;
      this.#comma = true;
      return at + 1;
    }
    this.#mode = IN_SCALAR;
    return at;
  }

  #endValue(bytes: Buffer, from: number, to: number): void {
    const member = this.#member;
    if (this.#captured !== null) {
      this.#keep(bytes, from, to);
      const value = this.#takeCaptured();
      if (value !== undefined && member !== null) this.#found(member.path, value);
    } else if (member?.counts === true) this.#found(member.path, this.#elements);
    this.#member = null;
    this.#mode = this.#besideValue;
  }

  /** The object or array that was looked into ends. */
  #leave(): void {
    this.#inside.pop();
    this.#lists &= (1 << this.#inside.length) - 1;
    this.#mode = this.#besideValue;
  }

  get #isInList(): boolean {
    return this.#lists !== 0 && this.#lists >> (this.#inside.length - 1) === 1;
  }

  /** What comes behind a value. */
  get #besideValue(): number {
    return this.#inside.length === 0 || this.#isInList ? AT_VALUE : AT_KEY;
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    this.#capturedBytes += to - from;
    if (this.#capturedBytes > MAX_CAPTURE_BYTES) this.#captured = [];
    else this.#captured?.push(Buffer.from(bytes.subarray(from, to)));
  }

  /** undefined: too large, or not JSON. */
  #takeCaptured(): unknown {
    const pieces = this.#captured ?? [];
    this.#captured = null;
    if (this.#capturedBytes > MAX_CAPTURE_BYTES) {
      this.#overflowed = true;
      return undefined;
    }
    const [first] = pieces;
    const text = pieces.length === 1 && first !== undefined ? first.toString() : Buffer.concat(pieces).toString();
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  #readKey(bytes: Buffer, from: number, to: number): number {
    let at = from;
    for (; at < to; at += 1) {
      const byte = bytes[at] as number;
      if (this.#escaped) this.#escaped = false;
      else if (byte === QUOTE) {
        this.#member = this.#memberNamed();
        this.#mode = AFTER_KEY;
        return at + 1;
      } else if (byte === BACKSLASH) this.#escaped = true;
      if (this.#keyBytes < this.#key.byteLength) this.#key[this.#keyBytes] = byte;
      this.#keyBytes += 1;
    }
    return at;
  }

  #memberNamed(): Member | null {
    const members = this.#inside.at(-1)?.byLength[this.#keyBytes];
    if (members === undefined) return null;
    next: for (const member of members) {
      for (let at = 0; at < this.#keyBytes; at += 1) if (member.name[at] !== this.#key[at]) continue next;
      return member;
    }
    return null;
  }

  /** To the closing quote, or to the end of these bytes. */
  #skipString(bytes: Buffer, from: number, to: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    const near = Math.min(to, at + SHORT_STRING_BYTES);
    while (at < near) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      at += byte === BACKSLASH ? 2 : 1;
    }
    while (at < to) {
      const quote = bytes.indexOf(QUOTE, at);
      const end = quote === -1 || quote >= to ? to : quote;
      let slashes = 0;
      while (end - slashes > at && bytes[end - slashes - 1] === BACKSLASH) slashes += 1;
      if (end === to) at = to + (slashes % 2);
      else if (slashes % 2 === 0) return end;
      else at = end + 1;
    }
    this.#escaped = at > to; // a backslash was the last byte
    return to;
  }

  /** To the end of the container (`depth` is 0 then), or to the end of these bytes. */
  #skipContainer(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const byte = bytes[at] as number;
      at += 1;
      if (this.#depth === 1 && byte > SPACE) {
        if (byte === COMMA) this.#comma = true;
        else if (this.#comma && byte !== CLOSE_BRACKET && byte !== CLOSE_BRACE) {
          this.#comma = false;
          this.#elements += 1;
        }
      }
      if (byte === QUOTE) {
        at = this.#skipString(bytes, at, to);
        if (at === to) {
          this.#mode = IN_CONTAINER_STRING;
          return at;
        }
        at += 1;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#depth === 0) return at;
      }
    }
    return at;
  }
}

function endsScalar(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE;
}
