import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  newDataKey,
  openField,
  type Place,
  recordAad,
  sealedGeneration,
  sealField,
} from '../../../electron/core/vault/envelope.ts';

const place: Place = {
  vaultId: randomBytes(16),
  table: 'credential',
  recordId: randomBytes(16),
  field: 'api_key',
  version: 3,
  provider: 'openai',
  origin: 'https://gateway.example',
  generation: 1,
};
const refused = expect.objectContaining({ code: 'integrity_failure' }) as Error;

test('any bytes come back as they were sealed, with a Buffer key and with a key object', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (plaintext) => {
      const key = newDataKey();
      const aad = recordAad(place);
      const sealed = sealField(key, 1, aad, Buffer.from(plaintext));
      expect(sealed.byteLength).toBe(1 + 1 + 4 + 12 + plaintext.byteLength + 16);
      expect(openField(key, aad, sealed).equals(plaintext)).toBe(true);
      expect(openField(createSecretKey(key), aad, sealed).equals(plaintext)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('two seals of the same value differ, because each has a nonce of its own', () => {
  const key = newDataKey();
  const seal = () => sealField(key, 1, recordAad(place), Buffer.from('same')).toString('hex');
  expect(seal()).not.toBe(seal());
});

describe('a sealed field does not open', () => {
  const key = newDataKey();
  const sealed = sealField(key, 1, recordAad(place), Buffer.from('fake-secret'));
  const elsewhere: Readonly<Record<string, Partial<Place>>> = {
    'in another vault': { vaultId: randomBytes(16) },
    'in another table': { table: 'identity' },
    'in another record': { recordId: randomBytes(16) },
    'as another field': { field: 'client_secret' },
    'as a data key': { field: '#dek' },
    'as another version': { version: 4 },
    'at another provider': { provider: 'anthropic' },
    'for another host': { origin: 'https://gateway.example.evil.test' },
    'for the catalogue’s host': { origin: '' },
    'under another generation': { generation: 2 },
    'with provider and origin joined differently': { provider: 'openaih', origin: 'ttps://gateway.example' },
  };
  test.each(Object.entries(elsewhere))('%s', (_, change) => {
    expect(() => openField(key, recordAad({ ...place, ...change }), sealed)).toThrow(refused);
  });

  test('with another key', () => {
    expect(() => openField(newDataKey(), recordAad(place), sealed)).toThrow(refused);
  });

  test('with any single bit changed', () => {
    for (let at = 0; at < sealed.byteLength; at += 1) {
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(() => openField(key, recordAad(place), changed)).toThrow(refused);
      }
    }
  });

  test('cut short at any place, or with a byte more', () => {
    for (let length = 0; length < sealed.byteLength; length += 1) {
      expect(() => openField(key, recordAad(place), sealed.subarray(0, length))).toThrow(refused);
    }
    expect(() => openField(key, recordAad(place), Buffer.concat([sealed, Buffer.alloc(1)]))).toThrow(refused);
  });
});

test('the generation can be read from a blob, and a blob of an unknown version or algorithm is refused', () => {
  const sealed = sealField(newDataKey(), 7, recordAad({ ...place, generation: 7 }), Buffer.from('x'));
  expect(sealedGeneration(sealed)).toBe(7);
  for (const at of [0, 1]) {
    const unknown = Buffer.from(sealed);
    unknown[at] = 2;
    expect(() => sealedGeneration(unknown)).toThrow(refused);
  }
});

test('a generation that is not the bound one is a mistake of the caller, found before anything is sealed', () => {
  expect(() => sealField(newDataKey(), 2, recordAad(place), Buffer.from('x'))).toThrow(TypeError);
});

test('16 MiB are sealed, and not a byte more', () => {
  const key = newDataKey();
  const most = Buffer.alloc(16 * 1024 * 1024);
  expect(openField(key, recordAad(place), sealField(key, 1, recordAad(place), most)).equals(most)).toBe(true);
  const tooMuch = () => sealField(key, 1, recordAad(place), Buffer.alloc(most.byteLength + 1));
  expect(tooMuch).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error);
});

test.each([
  ['vault', { vaultId: randomBytes(15) }],
  ['record', { recordId: randomBytes(17) }],
])('an id of a %s with another length is a mistake of the caller, found before anything is sealed', (_, change) => {
  expect(() => recordAad({ ...place, ...change })).toThrow(TypeError);
});
