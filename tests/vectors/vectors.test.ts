import { createCipheriv, createDecipheriv, createHmac, hkdfSync, pbkdf2Sync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hashRaw } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import { formatRecoveryCode, parseRecoveryCode } from '../../electron/core/vault/recovery-code.ts';
import { Secret } from '../../electron/core/vault/secret.ts';
import { cryptoSelfTest } from '../../electron/core/vault/self-test.ts';

const load = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, `${name}.json`), 'utf8')) as readonly T[];
const hex = (text: string) => Buffer.from(text, 'hex');

test.each(
  load<{ source: string; ikm: string; salt: string; info: string; length: number; okm: string }>('hkdf-sha256'),
)('HKDF-SHA-256, $source', ({ ikm, salt, info, length, okm }) => {
  expect(Buffer.from(hkdfSync('sha256', hex(ikm), hex(salt), hex(info), length)).toString('hex')).toBe(okm);
});

test.each(load<{ source: string; key: string; data: string; mac: string }>('hmac-sha256'))(
  'HMAC-SHA-256, $source',
  ({ key, data, mac }) => {
    expect(createHmac('sha256', hex(key)).update(hex(data)).digest('hex')).toBe(mac);
  },
);

test.each(load<{ source: string; password: string; salt: string; iterations: number; key: string }>('pbkdf2-sha256'))(
  'PBKDF2-HMAC-SHA-256, $source, $iterations rounds',
  ({ password, salt, iterations, key }) => {
    expect(pbkdf2Sync(password, salt, iterations, 64, 'sha256').toString('hex')).toBe(key);
  },
);

interface GcmCase {
  readonly source: string;
  readonly key: string;
  readonly nonce: string;
  readonly aad: string;
  readonly plaintext: string;
  readonly ciphertext: string;
  readonly tag: string;
}
test.each(load<GcmCase>('aes-256-gcm'))('AES-256-GCM, $source', (known) => {
  const options = { authTagLength: 16 };
  const cipher = createCipheriv('aes-256-gcm', hex(known.key), hex(known.nonce), options).setAAD(hex(known.aad));
  const sealed = Buffer.concat([cipher.update(hex(known.plaintext)), cipher.final()]);
  expect([sealed.toString('hex'), cipher.getAuthTag().toString('hex')]).toEqual([known.ciphertext, known.tag]);
  const decipher = createDecipheriv('aes-256-gcm', hex(known.key), hex(known.nonce), options);
  decipher.setAAD(hex(known.aad)).setAuthTag(hex(known.tag));
  const opened = Buffer.concat([decipher.update(hex(known.ciphertext)), decipher.final()]);
  expect(opened.toString('hex')).toBe(known.plaintext);
});

interface Argon2Case {
  readonly source: string;
  readonly password: string;
  readonly salt: string;
  readonly passes: number;
  readonly memoryKiB: number;
  readonly lanes: number;
  readonly hash: string;
}
test.each(load<Argon2Case>('argon2id'))(
  'Argon2id, $source: $memoryKiB KiB, $lanes lanes, salt $salt',
  async (known) => {
    const hash = await hashRaw(known.password, {
      algorithm: 2,
      version: 1,
      memoryCost: known.memoryKiB,
      timeCost: known.passes,
      parallelism: known.lanes,
      outputLen: 32,
      salt: Buffer.from(known.salt),
    });
    expect(hash.toString('hex')).toBe(known.hash);
  },
);

test.each(load<{ secret: string; code: string }>('recovery-code'))('the recovery code $code', ({ secret, code }) => {
  expect(formatRecoveryCode(Secret.take(hex(secret)))).toBe(code);
  parseRecoveryCode(code).use((bytes) => expect(bytes.toString('hex')).toBe(secret));
});

test('the self-test at start passes in this runtime', async () => {
  await cryptoSelfTest();
});
