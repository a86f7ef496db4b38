import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ErrorBody, MAX_ERROR_BODY } from '../../../electron/core/proxy/error-body.ts';
import { SecretForms } from '../../../electron/core/proxy/secret-forms.ts';

const SECRET = ['sk-', 'FAKE/', '+pass="word"'].join('');
const forms = new SecretForms([SECRET, 'second-secret']);

function covered(text: string): string {
  const body = Buffer.from(text);
  forms.cover(body);
  return body.toString();
}

describe('an echoed credential is covered at equal length', () => {
  const written: readonly (readonly [string, string])[] = [
    ['as it is', SECRET],
    ['in base64', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['escaped for a URL', encodeURIComponent(SECRET)],
    ['escaped for JSON', JSON.stringify(SECRET).slice(1, -1)],
    ['as another secret field', 'second-secret'],
  ];
  test.each(written)('%s', (_name, form) => {
    const text = `{"error":"bad key ${form}, yes ${form}"}`;
    const result = covered(text);
    expect(result).toHaveLength(text.length);
    expect(result).toBe(`{"error":"bad key ${'*'.repeat(form.length)}, yes ${'*'.repeat(form.length)}"}`);
    expect(forms.isIn(text)).toBe(true);
  });

  test('a text without it stays', () => {
    expect(covered('nothing here')).toBe('nothing here');
    expect(forms.isIn('nothing here')).toBe(false);
  });

  test('four characters are enough to be covered', () => {
    const pin = new SecretForms(['1357', '246']);
    const body = Buffer.from('1357 246');
    pin.cover(body);
    expect(body.toString()).toBe('**** 246');
  });

  test('a very short field covers nothing: it is in every word', () => {
    const short = new SecretForms(['a', '']);
    const body = Buffer.from('banana');
    short.cover(body);
    expect(body.toString()).toBe('banana');
  });
});

describe('the body of an error', () => {
  const collect = (chunks: readonly Buffer[], encoding?: string): Buffer => {
    const body = new ErrorBody(forms);
    for (const chunk of chunks) if (!body.push(chunk)) break;
    return body.covered(encoding);
  };

  test('is covered across pieces', () => {
    expect(collect([Buffer.from(`x ${SECRET.slice(0, 7)}`), Buffer.from(`${SECRET.slice(7)} y`)]).toString()).toBe(
      `x ${'*'.repeat(SECRET.length)} y`,
    );
  });

  test('is cut at 64 KiB, and a secret across the cut is not left in half', () => {
    const before = 'a'.repeat(MAX_ERROR_BODY - 5);
    const body = collect([Buffer.from(before + SECRET + 'z'.repeat(1000))]);
    expect(body.byteLength).toBe(MAX_ERROR_BODY);
    expect(body.toString()).toBe(`${before}*****`);
  });

  test('says when it has enough', () => {
    const body = new ErrorBody(forms);
    expect(body.push(Buffer.alloc(MAX_ERROR_BODY))).toBe(true);
    expect(body.push(Buffer.alloc(1024))).toBe(false);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zstd', zstdCompressSync],
  ])('that is compressed (%s) is unpacked, or its secret could not be seen', (coding, compress) => {
    expect(collect([compress(`key ${SECRET}`)], coding).toString()).toBe(`key ${'*'.repeat(SECRET.length)}`);
  });

  test('in an unknown or broken coding is left out', () => {
    expect(collect([Buffer.from('???')], 'compress').byteLength).toBe(0);
    expect(collect([Buffer.from('no gzip')], 'gzip').byteLength).toBe(0);
  });

  test('that unpacks to more than 64 KiB is left out or cut, never more', () => {
    expect(collect([gzipSync(Buffer.alloc(50_000_000))], 'gzip').byteLength).toBeLessThanOrEqual(MAX_ERROR_BODY);
  });
});
