import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { lengthPrefixed, u32, u64, wipe } from './bytes.ts';

/**
 * The sealed field of SECURITY-DESIGN.md section 2.1:
 * `ver(1)=1 | alg(1)=1 | gen(4, BE) | nonce(12) | ciphertext | tag(16)`, AES-256-GCM (NIST SP 800-38D).
 */
const VERSION = 1;
const ALGORITHM_AES_256_GCM = 1;
const HEAD_BYTES = 6;
const NONCE_BYTES = 12; // SP 800-38D sections 8.2.2 and 8.3: random 96-bit nonce, at most 2^32 seals per key
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const MAX_PLAINTEXT_BYTES = 16 * 1024 * 1024;
const ID_BYTES = 16;
const GCM_OPTIONS = { authTagLength: TAG_BYTES } as const;

/** The field name under which the wrapped data key of a version is bound. */
export const DATA_KEY_FIELD = '#dek';

/** Where a sealed field belongs. A ciphertext opens only there. */
export interface Place {
  /** 16 bytes. */
  readonly vaultId: Buffer;
  /** The table's own tag: "credential_version" say; another one for each kind of record. */
  readonly table: string;
  /** 16 bytes. */
  readonly recordId: Buffer;
  /** Name of the field, or `#dek` for the wrapped data key. */
  readonly field: string;
  /** Number of the credential's version. */
  readonly version: number;
  readonly provider: string;
  /** The credential's own upstream origin; empty where the catalogue's is used. */
  readonly origin: string;
  /** Generation of the record-wrapping key (`OpenVault.generation`). */
  readonly generation: number;
}

/** The additional authenticated data of a field. Its last bytes are the head of the blob it belongs to. */
export function recordAad(place: Place): Buffer {
  if (place.vaultId.byteLength !== ID_BYTES || place.recordId.byteLength !== ID_BYTES) {
    throw new TypeError('vault and record ids have 16 bytes');
  }
  return lengthPrefixed([
    'kh/aad/v1',
    place.vaultId,
    place.table,
    place.recordId,
    place.field,
    u64(place.version),
    place.provider,
    place.origin,
    Buffer.of(VERSION),
    Buffer.of(ALGORITHM_AES_256_GCM),
    u32(place.generation),
  ]);
}

/** A fresh data key (32 bytes) for one version of one record. The caller wipes it. */
export function newDataKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/**
 * Encrypts one field. The caller keeps and wipes key and plaintext.
 * @param generation - written into the blob; the same as in the place that `aad` was made from.
 */
export function sealField(key: KeyObject | Buffer, generation: number, aad: Buffer, plaintext: Buffer): Buffer {
  if (plaintext.byteLength > MAX_PLAINTEXT_BYTES) {
    throw new AppError(
      'invalid_input',
      'The value is larger than 16 MiB. Nothing was stored.',
      'Store a smaller value.',
    );
  }
  const head = headOf(generation);
  if (!boundTo(aad, head)) throw new TypeError('the generation differs from the one bound in the AAD');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad);
  return Buffer.concat([head, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** A sealed field taken apart: still sealed, with nothing left to work out but the opening. */
export interface SealedParts {
  readonly aad: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/**
 * For a field that is opened again and again. The parts are views of `blob`, which must stay as it is.
 * @throws AppError `integrity_failure` when the blob is not of this place, is too short, or of an unknown kind.
 */
export function sealedParts(aad: Buffer, blob: Buffer): SealedParts {
  if (blob.byteLength < HEAD_BYTES + NONCE_BYTES + TAG_BYTES) throw notAuthentic();
  if (!boundTo(aad, blob.subarray(0, HEAD_BYTES))) throw notAuthentic();
  return {
    aad,
    nonce: blob.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES),
    ciphertext: blob.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES),
    tag: blob.subarray(-TAG_BYTES),
  };
}

/**
 * Decrypts one field; nothing is handed out before the tag was verified. The caller wipes what it gets.
 * @throws AppError `integrity_failure` when the blob is not of this key and place, is damaged, or of an unknown kind.
 */
export function openField(key: KeyObject | Buffer, aad: Buffer, blob: Buffer): Buffer {
  return openParts(key, sealedParts(aad, blob));
}

/** The same of one that was taken apart. @throws AppError `integrity_failure`. */
export function openParts(key: KeyObject | Buffer, { aad, nonce, ciphertext, tag }: SealedParts): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, GCM_OPTIONS);
  decipher.setAAD(aad).setAuthTag(tag);
  const plaintext = decipher.update(ciphertext); // GCM gives all of it here; `final` only verifies
  try {
    decipher.final();
  } catch {
    wipe(plaintext);
    throw notAuthentic();
  }
  return plaintext;
}

/** The generation a blob says it was sealed under: what to build its AAD with. */
export function sealedGeneration(blob: Buffer): number {
  if (blob.byteLength < HEAD_BYTES || blob[0] !== VERSION || blob[1] !== ALGORITHM_AES_256_GCM) throw notAuthentic();
  return blob.readUInt32BE(2);
}

function headOf(generation: number): Buffer {
  return Buffer.concat([Buffer.of(VERSION, ALGORITHM_AES_256_GCM), u32(generation)]);
}

/** The last three parts of an AAD, each with its length before it: `1 | ver | 1 | alg | 4 | gen`. */
const AAD_TAIL_BYTES = 18;

/** Whether the AAD ends with this head: compared in place, since every use of a key comes through here. */
function boundTo(aad: Buffer, head: Buffer): boolean {
  const tail = aad.byteLength - AAD_TAIL_BYTES;
  return (
    tail >= 0 &&
    aad.readUInt32BE(tail) === 1 &&
    aad[tail + 4] === head[0] &&
    aad.readUInt32BE(tail + 5) === 1 &&
    aad[tail + 9] === head[1] &&
    aad.readUInt32BE(tail + 10) === 4 &&
    aad.readUInt32BE(tail + 14) === head.readUInt32BE(2)
  );
}

function notAuthentic(): AppError {
  return new AppError(
    'integrity_failure',
    'A stored secret did not verify: it was changed or moved outside Keyharbor. It was not used.',
    'Restore the vault from a backup, or enter this secret again.',
  );
}
