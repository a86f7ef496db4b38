import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Mask, maskPatterns } from '../../../cli/mask.ts';
const SECRET = ['sk', 'proj', 'abcdefghijklmnop'].join('-');

function masked(secrets: readonly string[], chunks: readonly string[]): string {
  const mask = new Mask(maskPatterns(secrets));
  const out = chunks.map((chunk) => mask.push(Buffer.from(chunk, 'latin1')));
  return Buffer.concat([...out, mask.end()]).toString('latin1');
}

/** The same rule, told on the whole text: every character inside any occurrence goes, a run becomes one mask. */
function expected(secrets: readonly string[], text: string): string {
  const spans: [number, number][] = [];
  for (const secret of secrets) {
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      spans.push([at, at + secret.length]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  let out = '';
  let end = 0;
  for (const [from, to] of spans) {
    if (to <= end) continue;
    if (from >= end) out += `${text.slice(end, from)}********`;
    end = to;
  }
  return out + text.slice(end);
}

test('however a text is cut into chunks, it is masked as the whole', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.'), maxLength: 7 })),
      (secrets, chunks) => {
        expect(masked(secrets, chunks)).toBe(expected(secrets, chunks.join('')));
      },
    ),
    { numRuns: 2000 },
  );
});

test('one byte at a time hides the secret too', () => {
  expect(masked(['s3cret-value'], [...'the s3cret-value here'])).toBe('the ******** here');
});

test('only what may be the start of a secret is held back', () => {
  const mask = new Mask(maskPatterns(['sk-12345']));
  expect(mask.push(Buffer.from('Continue? ')).toString()).toBe('Continue? ');
  expect(mask.push(Buffer.from('key: sk-1')).toString()).toBe('key: ');
  expect(mask.push(Buffer.from('9')).toString()).toBe('sk-19');
  expect(mask.push(Buffer.from('sk-')).toString()).toBe('');
  expect(mask.end().toString()).toBe('sk-');
});

test('a long run of overlapping occurrences is not collected in memory', () => {
  const mask = new Mask(maskPatterns(['aaaa']));
  let out = '';
  for (let round = 0; round < 1000; round++) out += mask.push(Buffer.alloc(100, 'a')).toString();
  expect(out + mask.end().toString()).toBe('********');
});

test('bytes that are no text pass unchanged', () => {
  const bytes = Buffer.from([0, 255, 254, 13, 10, 195, 40]);
  const mask = new Mask(maskPatterns(['secret']));
  expect(Buffer.concat([mask.push(bytes), mask.end()])).toEqual(bytes);
});

test('a secret of several lines is hidden with other line ends and inside JSON too', () => {
  const pem = ['-----BEGIN THING-----', 'QUJDREVGR0hJSktMTU5PUFFS', '-----END THING-----', ''].join('\n');
  const shown = masked([pem], [JSON.stringify({ pem }), pem.replaceAll('\n', '\r\n')]);
  expect(shown).not.toContain('QUJDREVGR0hJSktMTU5PUFFS');
});

test('an empty value masks nothing', () => {
  expect(masked([''], ['text'])).toBe('text');
});

test('a short start of a secret is shown when nothing follows, and what follows is masked all the same', () => {
  const mask = new Mask(maskPatterns([SECRET]));
  expect(mask.push(Buffer.from(`name: ${SECRET.slice(0, 3)}`)).toString()).toBe('name: ');
  expect(mask.waits).toBe(true);
  expect(mask.idle().toString()).toBe(SECRET.slice(0, 3));
  expect(mask.waits).toBe(false);
  expect(mask.idle()).toHaveLength(0);
  expect(mask.push(Buffer.from(`${SECRET.slice(3)}!`)).toString()).toBe('********!');
});

test('what was shown when nothing followed is not shown again', () => {
  const mask = new Mask(maskPatterns([SECRET]));
  mask.push(Buffer.from(SECRET.slice(0, 2)));
  mask.idle();
  expect(mask.push(Buffer.from('ale\n')).toString()).toBe('ale\n');
  expect(mask.end()).toHaveLength(0);
});

test('typed out letter by letter with pauses no more than the start of a secret is seen', () => {
  const mask = new Mask(maskPatterns([SECRET]));
  let seen = '';
  for (const letter of SECRET) seen += mask.push(Buffer.from(letter)).toString() + mask.idle().toString();
  seen += mask.end().toString();
  expect(seen).toBe(`${SECRET.slice(0, 8)}********`);
});

test('a secret is found with the line ends of a terminal, and as part of a URL', () => {
  const lines = ['first line', 'second'].join('\n');
  const mask = new Mask(maskPatterns([lines, 'a b/c+d=e']));
  const out = Buffer.concat([
    mask.push(Buffer.from(`${lines.replace('\n', '\r\n')} ?k=a%20b%2Fc%2Bd%3De`)),
    mask.end(),
  ]);
  expect(out.toString()).toBe('******** ?k=********');
});
