import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../../electron/core/vault/secret.ts';

test('a secret does not show itself when printed, joined or turned into JSON', () => {
  const secret = Secret.fromText('the value');
  expect(`${String(secret)} ${JSON.stringify({ secret })} ${inspect({ secret })}`).not.toContain('the value');
  expect(JSON.stringify(secret)).toBe('"[secret]"');
});

test('disposing wipes the bytes, and using it afterwards throws', () => {
  const bytes = Buffer.alloc(4, 7);
  const secret = Secret.take(bytes);
  secret.dispose();
  expect([...bytes]).toEqual([0, 0, 0, 0]);
  expect(() => secret.use(() => 1)).toThrow();
});

test('bytes from the shared pool are moved out and wiped there', () => {
  const pooled = Buffer.from('pooled secret');
  expect(pooled.buffer.byteLength).toBeGreaterThan(pooled.byteLength);
  const secret = Secret.take(pooled);
  expect(pooled.every((byte) => byte === 0)).toBe(true);
  secret.use((own) => {
    expect(own.toString()).toBe('pooled secret');
    expect(own.buffer.byteLength).toBe(own.byteLength);
  });
});

test('text becomes UTF-8 outside the shared pool, and `using` disposes it', () => {
  let kept: Buffer;
  {
    using secret = Secret.fromText('pässwörd ✓');
    kept = secret.use((own) => own);
    expect(kept.toString()).toBe('pässwörd ✓');
    expect(kept.buffer.byteLength).toBe(kept.byteLength);
  }
  expect(kept.every((byte) => byte === 0)).toBe(true);
});
