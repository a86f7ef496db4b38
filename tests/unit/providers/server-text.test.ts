import { expect, it } from 'vitest';
import { coverSecrets, serverText } from '../../../electron/core/providers/server-text.ts';

const SECRET = 'FAKE secret/with+signs?';

it.each([
  ['as it is', SECRET],
  ['in Base64', Buffer.from(SECRET).toString('base64')],
  ['in Base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ['percent-encoded', encodeURIComponent(SECRET)],
])('a secret that comes back %s is covered', (_how, shape) => {
  expect(coverSecrets(`before ${shape} after`, [SECRET])).toBe('before •••• after');
});

it('the longer of two secrets is covered first', () => {
  expect(coverSecrets('abc-def abc', ['abc', 'abc-def', ''])).toBe('•••• ••••');
});

it('control and direction characters are taken out, and what is long is cut', () => {
  expect(serverText('one\r\n\x1b[2Jtwo\u202ethree\u2028four', [])).toBe('one [2Jtwothree four');
  expect(serverText('x'.repeat(500), [])).toBe(`${'x'.repeat(159)}…`);
});
