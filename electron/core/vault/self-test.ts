import { createCipheriv, createDecipheriv, createHmac, hkdfSync, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { AppError } from '../../../shared/errors.ts';

/**
 * Known answers for every primitive the vault uses, in the runtime it runs in: Electron's crypto library is another one
 * than Node's (SECURITY-DESIGN.md section 12). The vectors and their sources are in tests/vectors.
 * @throws AppError `unsupported` that names the primitive: then nothing may be opened or written.
 */
export async function cryptoSelfTest(): Promise<void> {
  const argon = await hashRaw(Buffer.from('password'), {
    algorithm: 2, // Argon2id
    version: 1, // 1.3
    memoryCost: 256,
    timeCost: 2,
    parallelism: 2,
    outputLen: 32,
    salt: Buffer.from('somesalt'),
  });
  expectAnswer('Argon2id', argon, '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037');

  const salt = Buffer.from('000102030405060708090a0b0c', 'hex');
  const info = Buffer.from('f0f1f2f3f4f5f6f7f8f9', 'hex');
  expectAnswer(
    'HKDF-SHA-256',
    Buffer.from(hkdfSync('sha256', Buffer.alloc(22, 0x0b), salt, info, 42)),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  );
  expectAnswer(
    'HMAC-SHA-256',
    createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest(),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
  expectAnswer(
    'PBKDF2',
    pbkdf2Sync('passwd', 'salt', 1, 32, 'sha256'),
    '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc',
  );
  testGcm();
}

/** The longest case with associated data from the GCM submission to NIST (test case 16). */
function testGcm(): void {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const key = hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
  const nonce = hex('cafebabefacedbaddecaf888');
  const aad = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const plain = hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const sealed =
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662';
  const tag = hex('76fc6ece0f4e1768cddf8853bb2d551b');
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(aad);
  expectAnswer('AES-256-GCM', Buffer.concat([cipher.update(plain), cipher.final()]), sealed);
  expectAnswer('AES-256-GCM', cipher.getAuthTag(), tag.toString('hex'));

  tag[15] = (tag[15] ?? 0) ^ 1;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(aad).setAuthTag(tag);
  decipher.update(hex(sealed));
  let refused = false;
  try {
    decipher.final();
  } catch {
    refused = true;
  }
  if (!refused) throw broken('AES-256-GCM');
}

function expectAnswer(primitive: string, given: Buffer, wanted: string): void {
  const expected = Buffer.from(wanted, 'hex');
  if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected)) throw broken(primitive);
}

function broken(primitive: string): AppError {
  return new AppError(
    'unsupported',
    `The cryptography of this installation gives wrong answers (${primitive}). Nothing was opened or changed.`,
    'Install Keyharbor again; if it stays so, report it with the version of your system.',
  );
}
