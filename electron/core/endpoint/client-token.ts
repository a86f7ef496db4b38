import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `kh_live_` or `kh_test_` + 10 characters id + `_` + 43 characters secret + 6 characters checksum, all base62.
 * 62^43 > 2^256. The checksum is CRC-32 of everything before it: typos are refused without a look-up, and secret
 * scanners can tell a real token.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 10;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6; // 62^6 > 2^32
const SHAPE = 'kh_(live|test)_([0-9A-Za-z]{10})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})';
const WHOLE = new RegExp(`^${SHAPE}$`);
const ANYWHERE = new RegExp(SHAPE);
const VISIBLE = /^[\x21-\x7e]*$/;

export type TokenKind = 'live' | 'test';

/** A token that has the right form and checksum; whether it is genuine is for `Clients.verify` to say. */
export interface ClientToken {
  readonly kind: TokenKind;
  readonly id: string;
  readonly secret: string;
}

/** Uniform: bytes from 248 up are thrown away, since 248 is the last multiple of 62 below 256. */
function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit += 1) {
    text = ALPHABET.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

export function newClientToken(kind: TokenKind): ClientToken {
  return { kind, id: randomBase62(ID_LENGTH), secret: randomBase62(SECRET_LENGTH) };
}

/** What the owner gets to see, once. */
export function formatClientToken(token: ClientToken): string {
  const body = `kh_${token.kind}_${token.id}_${token.secret}`;
  return body + checksum(body);
}

/** `checksum(body) === sum`, without making the text: each request comes through here. */
function isChecksum(body: string, sum: string): boolean {
  let rest = crc32(body);
  for (let digit = CHECKSUM_LENGTH - 1; digit >= 0; digit -= 1) {
    if (sum.charCodeAt(digit) !== ALPHABET.charCodeAt(rest % 62)) return false;
    rest = Math.floor(rest / 62);
  }
  return true;
}

function fromMatch(match: RegExpExecArray | null): ClientToken | null {
  if (match === null) return null;
  const [text, id, secret, sum] = [match[0], match[2], match[3], match[4]];
  if (id === undefined || secret === undefined || sum === undefined) return null;
  if (!isChecksum(text.slice(0, -CHECKSUM_LENGTH), sum)) return null;
  return { kind: match[1] === 'test' ? 'test' : 'live', id, secret };
}

/** null for anything that is not a well-formed token with the right checksum. */
export function parseClientToken(text: string): ClientToken | null {
  return fromMatch(WHOLE.exec(text));
}

/** The one token in a placeholder key (placeholder-key.ts); null where there is none, or more than one. */
export function embeddedToken(text: string): ClientToken | 'token-like' | null {
  if (!/kh_(?:live|test)_/.test(text)) return null;
  const match = VISIBLE.test(text) ? ANYWHERE.exec(text) : null;
  if (match === null) return 'token-like';
  const behind = text.slice(match.index + match[0].length);
  return /kh_(?:live|test)_/.test(behind) ? 'token-like' : (fromMatch(match) ?? 'token-like');
}

/** A token anywhere in a request target, percent-encoded or not: it must never be there. */
export function findClientToken(target: string): ClientToken | 'token-like' | null {
  const plain = target.includes('%')
    ? target.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : target;
  if (!/kh_(?:live|test)_/.test(plain)) return null;
  return fromMatch(ANYWHERE.exec(plain)) ?? 'token-like';
}
