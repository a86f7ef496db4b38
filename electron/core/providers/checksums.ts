import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { CHECKSUMS } from '../../../shared/provider/auth-kind.ts';

export type Checksum = (typeof CHECKSUMS)[number];

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; // RFC 4648 section 6

function base62(value: number, length: number): string {
  let digits = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) digits = BASE62.charAt(rest % 62) + digits;
  return digits.padStart(length, '0');
}

function base32Start(bytes: Buffer, length: number): string {
  let digits = '';
  for (let bit = 0; digits.length < length; bit += 5) {
    const pair = bytes.readUInt16BE(Math.floor(bit / 8));
    digits += BASE32.charAt((pair >> (11 - (bit % 8))) & 31);
  }
  return digits;
}

const RULES: Readonly<Record<Checksum, (key: string) => boolean>> = {
  /** GitHub ghp_ gho_ ghu_ ghr_, npm: CRC-32 of what stands between the prefix and the last 6, in base62. */
  'crc32-base62-tail6': (key) => {
    const body = key.slice(key.indexOf('_') + 1, -6);
    return base62(crc32(body), 6) === key.slice(-6);
  },
  /** GitHub github_pat_: 8 characters before the last 8 are the start of base32(SHA-256(all before them)). */
  'sha256-base32-github-fine-grained': (key) => {
    const digest = createHash('sha256').update(key.slice(0, -16)).digest();
    return base32Start(digest, 8) === key.slice(-16, -8);
  },
  /** GitLab routable tokens: the last 7 are the CRC-32 of all before them, in base36. */
  'crc32-base36-tail7': (key) => crc32(key.slice(0, -7)).toString(36).padStart(7, '0') === key.slice(-7),
};

/** Whether a key that already has the right shape carries the right checksum. */
export function checksumMatches(checksum: Checksum, key: string): boolean {
  return RULES[checksum](key);
}
