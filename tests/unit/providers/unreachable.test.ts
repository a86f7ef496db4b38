import { expect, test } from 'vitest';
import { whyUnreachable } from '../../../electron/core/net/unreachable.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

test.each([
  ['ENOTFOUND', 'name'],
  ['EAI_FAIL', 'name'],
  ['EAI_AGAIN', 'offline'],
  ['ENETUNREACH', 'offline'],
  ['ENETDOWN', 'offline'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'refused'],
  ['ETIMEDOUT', 'timeout'],
  ['CERT_HAS_EXPIRED', 'certificate'],
  ['ECONNRESET', 'broken'],
])('%s means %s: a wrong host is not a missing network', (code, why) => {
  expect(whyUnreachable(withCode(code))).toBe(why);
});
