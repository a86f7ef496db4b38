/**
 * Where the members of one JSON object lie in its bytes, so that a single member can be changed and every other byte
 * stays as it was: parsing and writing anew would lose long numbers, spaces and the order of equal names.
 */
export interface MemberPlace {
  /** As written: an escaped name is not undone. */
  readonly name: string;
  /** The comma before it; -1 for the first. */
  readonly comma: number;
  readonly keyFrom: number;
  readonly valueFrom: number;
  readonly valueTo: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** @returns null where these bytes are not one JSON object with nothing but space around it. */
export function jsonMembers(bytes: Buffer, from = 0, to = bytes.byteLength): readonly MemberPlace[] | null {
  const members: MemberPlace[] = [];
  let at = afterSpace(bytes, from, to);
  if (bytes[at] !== OPEN_BRACE) return null;
  at = afterSpace(bytes, at + 1, to);
  let comma = -1;
  if (bytes[at] !== CLOSE_BRACE || at >= to) {
    for (;;) {
      const keyFrom = at;
      const keyTo = stringEnd(bytes, keyFrom, to);
      if (keyTo === -1) return null;
      at = afterSpace(bytes, keyTo, to);
      if (at >= to || bytes[at] !== COLON) return null;
      const valueFrom = afterSpace(bytes, at + 1, to);
      const valueTo = valueEnd(bytes, valueFrom, to);
      if (valueTo === -1) return null;
      members.push({ name: bytes.toString('utf8', keyFrom + 1, keyTo - 1), comma, keyFrom, valueFrom, valueTo });
      at = afterSpace(bytes, valueTo, to);
      if (at >= to) return null;
      if (bytes[at] === CLOSE_BRACE) break;
      if (bytes[at] !== COMMA) return null;
      comma = at;
      at = afterSpace(bytes, at + 1, to);
    }
  }
  return afterSpace(bytes, at + 1, to) === to ? members : null;
}

/** Whether the value is this literal (`true`, `null`) or number. */
export function isLiteral(bytes: Buffer, member: MemberPlace, literal: string): boolean {
  return (
    member.valueTo - member.valueFrom === literal.length &&
    bytes.toString('latin1', member.valueFrom, member.valueTo) === literal
  );
}

function afterSpace(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] as number) <= SPACE) at += 1;
  return at;
}

/** After the closing quote; -1 where no string begins or ends here. */
function stringEnd(bytes: Buffer, from: number, to: number): number {
  if (from >= to || bytes[from] !== QUOTE) return -1;
  for (let at = from + 1; at < to; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return -1;
}

function valueEnd(bytes: Buffer, from: number, to: number): number {
  if (from >= to) return -1;
  const first = bytes[from] as number;
  if (first === QUOTE) return stringEnd(bytes, from, to);
  let at = from;
  if (first !== OPEN_BRACE && first !== 0x5b) {
    while (at < to && !endsLiteral(bytes[at] as number)) at += 1;
    return at === from ? -1 : at;
  }
  let depth = 0;
  while (at < to) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at, to);
      if (at === -1) return -1;
      continue;
    }
    at += 1;
    if (byte === OPEN_BRACE || byte === 0x5b) depth += 1;
    else if (byte === CLOSE_BRACE || byte === 0x5d) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function endsLiteral(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === 0x5d || byte <= SPACE;
}
