import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { wipe } from './bytes.ts';
import { Secret } from './secret.ts';

/**
 * The recovery code: 160 random bits and a 10-bit checksum, 34 characters of Crockford's base32, in groups.
 * High entropy, so HKDF alone turns it into a key (SECURITY-DESIGN.md section 2.2).
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET_BYTES = 20;
const CODE_CHARACTERS = 34; // (160 + 10) / 5
const GROUP_CHARACTERS = 5;
const CHECKSUM_BITS = 10n;

/** 20 bytes in a Secret; the caller disposes it. */
export function newRecoverySecret(): Secret {
  return Secret.take(randomBytes(SECRET_BYTES));
}

/** The text to be shown once: seven groups, the last of four characters. A string cannot be wiped: do not keep it. */
export function formatRecoveryCode(secret: Secret): string {
  return groupsOf(secret).join('-');
}

/**
 * Accepts any case, O for 0, I and L for 1, and any spaces or dashes.
 * @throws AppError `invalid_input` when it cannot be a code (length, letters, checksum): a slip of the pen, not a wrong code.
 */
export function parseRecoveryCode(text: string): Secret {
  const plain = normalize(text);
  if (plain.length !== CODE_CHARACTERS) throw mistyped();
  let bits = 0n;
  for (const character of plain) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw mistyped();
    bits = (bits << 5n) | BigInt(value);
  }
  const bytes = Buffer.alloc(SECRET_BYTES);
  let rest = bits >> CHECKSUM_BITS;
  for (let at = SECRET_BYTES - 1; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (checksumOf(bytes) !== Number(bits & 0x3ffn)) {
    wipe(bytes);
    throw mistyped();
  }
  return Secret.take(bytes);
}

/** Whether at least two different groups were given and every one given is right. */
export function matchesGroups(
  secret: Secret,
  given: readonly { readonly index: number; readonly text: string }[],
): boolean {
  const groups = groupsOf(secret);
  if (new Set(given.map((one) => one.index)).size < 2) return false;
  return given.every(({ index, text }) => {
    const wanted = Buffer.from(groups[index] ?? '');
    const typed = Buffer.from(normalize(text));
    return wanted.byteLength > 0 && wanted.byteLength === typed.byteLength && timingSafeEqual(wanted, typed);
  });
}

function groupsOf(secret: Secret): readonly string[] {
  const code = secret.use((bytes) => {
    let bits = 0n;
    for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
    bits = (bits << CHECKSUM_BITS) | BigInt(checksumOf(bytes));
    let characters = '';
    for (let at = CODE_CHARACTERS - 1; at >= 0; at -= 1) {
      characters += ALPHABET.charAt(Number((bits >> BigInt(at * 5)) & 31n));
    }
    return characters;
  });
  return code.match(new RegExp(`.{1,${GROUP_CHARACTERS}}`, 'g')) ?? [];
}

/** The first 10 bits of SHA-256 of the secret. */
function checksumOf(bytes: Buffer): number {
  return createHash('sha256').update(bytes).digest().readUInt16BE(0) >> 6;
}

function normalize(text: string): string {
  return text
    .toUpperCase()
    .replace(/[\s\-‐-―]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
}

function mistyped(): AppError {
  return new AppError(
    'invalid_input',
    'This is not a recovery code: a character is missing, too many or wrong. Nothing was tried.',
    'Compare it with the kit: seven groups of letters and digits, the last one of four.',
  );
}
