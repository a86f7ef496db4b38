import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { type PriceDocument, priceDocument } from '../../../../shared/prices.ts';
import { AppError } from '../../../../shared/errors.ts';

/**
 * A signed file of prices: Ed25519 (RFC 8032) over the canonical JSON of everything but the signature, behind a prefix
 * that no other signature of ours has.
 */
const PREFIX = 'kh/price-update/v1\n';
export const UPDATE_PRODUCT = 'keyharbor.prices';
/** The clock of the one who signed may be a little ahead of ours. */
const AHEAD_MS = 24 * 3_600_000;

const moment = z.iso.datetime();
const signedPrices = z.strictObject({
  product: z.string().max(64),
  version: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  issued: moment,
  expires: moment,
  document: priceDocument,
});

export interface PriceUpdate {
  readonly version: number;
  readonly issuedMs: number;
  readonly expiresMs: number;
  readonly document: PriceDocument;
}

/** Whether a parsed file claims to be signed, rightly or not. */
export function isSigned(file: unknown): boolean {
  return typeof file === 'object' && file !== null && 'signature' in file;
}

/** What is signed. @param content - plain JSON data whose numbers are whole. */
export function signedBytes(content: unknown): Buffer {
  return Buffer.from(PREFIX + canonicalJson(content), 'utf8');
}

/**
 * Checks the signature before anything in the file is believed, then the product and the document.
 * @param file - parsed JSON. @param keys - SubjectPublicKeyInfo in base64; one of them must have signed.
 * @throws AppError `security_violation` where the signature is not one of ours or it is for something else,
 * `invalid_input` where what was signed is no list of prices that this version reads.
 */
export function verifiedUpdate(file: unknown, keys: readonly string[]): PriceUpdate {
  const { signature, ...content } = file as Readonly<Record<string, unknown>>;
  if (typeof signature !== 'string' || !/^[A-Za-z0-9+/]{86}==$/.test(signature)) throw notSigned();
  const bytes = Buffer.from(signature, 'base64');
  const message = bytesOrNull(content);
  if (message === null || !keys.some((key) => verify(null, message, publicKey(key), bytes))) throw notSigned();
  if (content['product'] !== UPDATE_PRODUCT) {
    throw new AppError('security_violation', 'This signed file is not one of prices. Nothing was changed.');
  }
  const parsed = signedPrices.safeParse(content);
  if (!parsed.success) {
    throw new AppError(
      'invalid_input',
      'The file is signed, but this version cannot read it. Nothing was changed.',
      'It may be meant for a newer Keyharbor.',
    );
  }
  const { version, issued, expires, document } = parsed.data;
  return { version, issuedMs: Date.parse(issued), expiresMs: Date.parse(expires), document };
}

/**
 * Whether a verified update may take the place of what is there.
 * @param current - version in force, 0 where there is none: an older list must not come back.
 * @throws AppError `conflict`
 */
export function assertTakeable(update: PriceUpdate, current: number, nowMs: number): void {
  if (update.version <= current) {
    throw new AppError(
      'conflict',
      'These prices are not newer than those that are there. Nothing was changed.',
      'Get the newest update file.',
    );
  }
  if (update.expiresMs <= nowMs) {
    throw new AppError('conflict', 'This update file has expired. Nothing was changed.', 'Get the newest update file.');
  }
  if (update.issuedMs > nowMs + AHEAD_MS) {
    throw new AppError(
      'conflict',
      'This update file comes from the future. Nothing was changed.',
      'Check the clock of this computer.',
    );
  }
}

function publicKey(key: string): KeyObject {
  return createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
}

function notSigned(): AppError {
  return new AppError(
    'security_violation',
    'The signature of this file is not ours, or the file was changed. Nothing was changed.',
    'Get the file anew from where Keyharbor is published.',
  );
}

function bytesOrNull(content: unknown): Buffer | null {
  try {
    return signedBytes(content);
  } catch {
    return null;
  }
}

/** Members sorted by UTF-16 code units, no white space (RFC 8785, of which whole numbers and texts are needed here). */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new Error('not a whole number');
  if (value === undefined) throw new Error('not JSON');
  return JSON.stringify(value);
}
