import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { onDisk } from '../store/sqlite-error.ts';
import { lengthPrefixed, u64 } from '../vault/bytes.ts';

/**
 * What has been recorded and is in no database yet, so that the end of the process loses none of it. Not synced to the
 * disk for each entry: a power cut may cost the last second.
 *
 * File: `"KHus" | ver(1)=1 | id(16)`, then entries `length(4, BE) | seq(6, BE) | ciphertext | tag(16)`, AES-256-GCM
 * (NIST SP 800-38D). Key = HKDF-SHA-256(K_spill, salt = id, info = "kh/v1/usage-spill-file"), so each file has its own
 * and the nonce can be the entry's number. AAD = "kh/usage-spill/v1" | vault_id | id | seq, each with its length.
 */
const MAGIC = Buffer.from('KHus\u0001', 'latin1');
const ID_BYTES = 16;
const HEAD_BYTES = MAGIC.byteLength + ID_BYTES;
const ENTRY_HEAD_BYTES = 10;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const SEQ_BYTES = 6;
const TAG = { authTagLength: TAG_BYTES } as const;
const MAX_ENTRY_BYTES = 512 * 1024;
/** A database that cannot be written must not fill the disk beside it. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0; // absent on Windows

export interface SpillPlace {
  readonly file: string;
  /** 16 bytes. */
  readonly vaultId: Buffer;
  /** K_spill. */
  readonly key: KeyObject;
}

export interface Spilled {
  readonly seq: number;
  readonly text: string;
}

/** The spill file of one unlocked time: made at unlock, removed when all of it is in the database. */
export class Spill {
  /** 16 bytes; stored with how far the database has taken it. */
  readonly id: Buffer;
  readonly #place: SpillPlace;
  #key: KeyObject | null;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  readonly #aad: Buffer;
  #fd: number;
  #bytes = HEAD_BYTES;
  /** What is appended behind this place outlasts the next `clear`; null: nothing does. */
  #mark: number | null = null;
  #seq = 0;

  /** Replaces what is there: read it with `readSpill` before. @throws AppError where the disk does not take it. */
  constructor(place: SpillPlace) {
    this.id = randomBytes(ID_BYTES);
    this.#place = place;
    this.#key = fileKey(place.key, this.id);
    this.#aad = aadOf(place.vaultId, this.id);
    this.#fd = onDisk(() => newFile(place.file, Buffer.concat([MAGIC, this.id])));
  }

  /** The number of the last entry. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * @returns false where there is no more room for it; it is then only in memory.
   * @throws AppError where the disk does not take it; likewise.
   */
  append(text: string): boolean {
    const plain = Buffer.from(text);
    const bytes = ENTRY_HEAD_BYTES + plain.byteLength + TAG_BYTES;
    if (this.#key === null || plain.byteLength > MAX_ENTRY_BYTES || this.#bytes + bytes > MAX_FILE_BYTES) {
      return false;
    }
    const seq = this.#seq + 1;
    setSeq(this.#nonce, seq);
    setSeq(this.#aad, seq);
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce, TAG).setAAD(this.#aad);
    const entry = Buffer.allocUnsafe(bytes);
    entry.writeUInt32BE(plain.byteLength, 0);
    entry.writeUIntBE(seq, 4, 6);
    cipher.update(plain).copy(entry, ENTRY_HEAD_BYTES);
    cipher.final();
    cipher.getAuthTag().copy(entry, bytes - TAG_BYTES);
    this.#seq = seq; // a nonce is never used again, whatever becomes of the write
    // At its place, not at the end: half an entry that a full disk left is written over by the next one.
    onDisk(() => writeWhole(this.#fd, entry, this.#bytes));
    this.#bytes += bytes;
    return true;
  }

  /** What is appended from now on outlasts the next `clear`. */
  mark(): void {
    this.#mark = this.#bytes;
  }

  /** All of it, or what stood there at the last `mark`, is committed to the database. @throws AppError where the disk fails. */
  clear(): void {
    const mark = this.#mark ?? this.#bytes;
    this.#mark = null;
    if (mark === HEAD_BYTES) return;
    if (mark < this.#bytes) {
      onDisk(() => this.#replace(mark));
      return;
    }
    this.#bytes = HEAD_BYTES;
    onDisk(() => ftruncateSync(this.#fd, HEAD_BYTES));
  }

  /** By a file that has only what stands from there on: at every moment one of the two is whole in its place. */
  #replace(from: number): void {
    const { file } = this.#place;
    const next = `${file}-next`;
    const kept = Buffer.alloc(HEAD_BYTES + this.#bytes - from);
    MAGIC.copy(kept);
    this.id.copy(kept, MAGIC.byteLength);
    readSync(this.#fd, kept, HEAD_BYTES, this.#bytes - from, from);
    const fd = newFile(next, kept);
    try {
      renameSync(next, file);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(this.#fd);
    this.#fd = fd;
    this.#bytes = kept.byteLength;
  }

  /** @param keep - entries that no batch took stay for the next unlock. */
  close(keep: boolean): void {
    this.#key = null;
    closeSync(this.#fd);
    if (!keep) rmSync(this.#place.file, { force: true });
  }
}

/** What an ended process left in a file. */
export class LeftSpill {
  readonly id: Buffer;
  /** False when an entry was met that is cut or does not verify: what stands behind it is not read. */
  isWhole = true;
  readonly #bytes: Buffer;
  readonly #place: SpillPlace;

  /** @param bytes - all of the file. */
  constructor(bytes: Buffer, place: SpillPlace) {
    this.id = Buffer.from(bytes.subarray(MAGIC.byteLength, HEAD_BYTES));
    this.#bytes = bytes;
    this.#place = place;
  }

  /** One after the other: as texts all of them would not fit into the memory of a thread. */
  *entries(): Generator<Spilled, void> {
    const key = fileKey(this.#place.key, this.id);
    const aad = aadOf(this.#place.vaultId, this.id);
    let seq = 0;
    for (let at = HEAD_BYTES; at < this.#bytes.byteLength; ) {
      const entry = readEntry(this.#bytes, at, key, aad);
      if (entry === null || entry.seq <= seq) {
        this.isWhole = false;
        return;
      }
      ({ seq, end: at } = entry);
      yield { seq, text: entry.text };
    }
  }
}

/** @returns null where there is no file, or none that can be read. */
export function readSpill(place: SpillPlace): LeftSpill | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(place.file, { flag: constants.O_RDONLY | NO_FOLLOW });
  } catch {
    return null; // none there, or a link in its place, which is not followed: nothing to take over
  }
  if (bytes.byteLength < HEAD_BYTES || !bytes.subarray(0, MAGIC.byteLength).equals(MAGIC)) return null;
  return new LeftSpill(bytes, place);
}

function readEntry(
  bytes: Buffer,
  at: number,
  key: KeyObject,
  aad: Buffer,
): (Spilled & { readonly end: number }) | null {
  if (at + ENTRY_HEAD_BYTES > bytes.byteLength) return null;
  const length = bytes.readUInt32BE(at);
  const end = at + ENTRY_HEAD_BYTES + length + TAG_BYTES;
  if (length > MAX_ENTRY_BYTES || end > bytes.byteLength) return null;
  const seq = bytes.readUIntBE(at + 4, SEQ_BYTES);
  const nonce = Buffer.alloc(NONCE_BYTES);
  setSeq(nonce, seq);
  setSeq(aad, seq);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, TAG);
  decipher.setAAD(aad).setAuthTag(bytes.subarray(end - TAG_BYTES, end));
  const plain = decipher.update(bytes.subarray(at + ENTRY_HEAD_BYTES, end - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return { seq, text: plain.toString(), end };
}

/** @returns its descriptor, open to read and write. */
function newFile(file: string, bytes: Buffer): number {
  rmSync(file, { force: true });
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, 0o600);
  try {
    writeWhole(fd, bytes, 0);
    return fd;
  } catch (error) {
    closeSync(fd);
    rmSync(file, { force: true });
    throw error;
  }
}

function writeWhole(fd: number, bytes: Buffer, at: number): void {
  let written = 0;
  while (written < bytes.byteLength) written += writeSync(fd, bytes, written, bytes.byteLength - written, at + written);
}

function fileKey(key: KeyObject, id: Buffer): KeyObject {
  const bytes = Buffer.from(hkdfSync('sha256', key, id, 'kh/v1/usage-spill-file', 32));
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** The number of the entry is the last part of the AAD and the last bytes of the nonce. */
function setSeq(bytes: Buffer, seq: number): void {
  bytes.writeUIntBE(seq, bytes.byteLength - SEQ_BYTES, SEQ_BYTES);
}

function aadOf(vaultId: Buffer, id: Buffer): Buffer {
  return lengthPrefixed(['kh/usage-spill/v1', vaultId, id, u64(0)]);
}
