import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatRecoveryCode,
  matchesGroups,
  newRecoverySecret,
  parseRecoveryCode,
} from '../../../electron/core/vault/recovery-code.ts';
import { Secret } from '../../../electron/core/vault/secret.ts';

const hexOf = (secret: Secret) => secret.use((bytes) => bytes.toString('hex'));
const mistyped = expect.objectContaining({ code: 'invalid_input' }) as Error;

test('every code has seven groups of Crockford characters and parses to the same 160 bits', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
      const code = formatRecoveryCode(Secret.take(Buffer.from(bytes)));
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(hexOf(parseRecoveryCode(code))).toBe(Buffer.from(bytes).toString('hex'));
    }),
  );
});

test('case, spaces, dashes, O for 0, and I or L for 1 do not matter', () => {
  const zeros = Secret.take(Buffer.alloc(20));
  const code = formatRecoveryCode(zeros);
  const sloppy = ` ${code.toLowerCase().replaceAll('0', 'o').replaceAll('-', ' – ')} `;
  expect(hexOf(parseRecoveryCode(sloppy))).toBe('00'.repeat(20));
  const ones = Secret.take(Buffer.from('0842108421'.repeat(4), 'hex'));
  const withOnes = formatRecoveryCode(ones);
  expect(withOnes.slice(0, 5)).toBe('11111');
  for (const letter of ['i', 'I', 'l', 'L']) {
    expect(hexOf(parseRecoveryCode(withOnes.replaceAll('1', letter)))).toBe(hexOf(ones));
  }
});

test('one wrong character is found before the code is tried, nearly always', () => {
  let missed = 0;
  for (let round = 0; round < 2000; round += 1) {
    const code = formatRecoveryCode(newRecoverySecret()).replaceAll('-', '');
    const at = round % code.length;
    const other = code.charAt(at) === 'Z' ? '9' : 'Z';
    try {
      parseRecoveryCode(code.slice(0, at) + other + code.slice(at + 1));
      missed += 1;
    } catch (error) {
      expect(error).toEqual(mistyped);
    }
  }
  expect(missed).toBeLessThan(20); // 10 bits let one in 1,024 pass
});

test.each(['', 'ABC', 'U'.repeat(34), '0'.repeat(35), '✓'.repeat(34), '0'.repeat(33)])('%j is no code', (text) => {
  expect(() => parseRecoveryCode(text)).toThrow(mistyped);
});

test('two different groups, typed as they are read, prove that the kit was kept', () => {
  const secret = newRecoverySecret();
  const groups = formatRecoveryCode(secret).split('-');
  const typed = (index: number, text = groups[index] ?? '') => ({ index, text });
  expect(matchesGroups(secret, [typed(0), typed(6)])).toBe(true);
  expect(matchesGroups(secret, [typed(2, ` ${groups[2]?.toLowerCase()} `), typed(4)])).toBe(true);
  expect(matchesGroups(secret, [typed(1), typed(1)])).toBe(false);
  expect(matchesGroups(secret, [typed(1), typed(2, groups[3])])).toBe(groups[2] === groups[3]);
  expect(matchesGroups(secret, [typed(1), typed(7, '')])).toBe(false);
  expect(matchesGroups(secret, [])).toBe(false);
});
