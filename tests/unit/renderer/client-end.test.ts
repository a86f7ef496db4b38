import { expect, test } from 'vitest';
import { endText } from '../../../renderer/clients/client-end.ts';

const expiresAt = '2027-01-31T12:00:00.000Z';

test('a client says when its token ends; one that is lent says with what', () => {
  expect(endText({ state: 'active', expiresAt })).toMatch(/^Expires .*2027/);
  expect(endText({ state: 'expired', expiresAt })).toMatch(/^Expired .*2027/);
  expect(endText({ state: 'active', expiresAt, loan: true })).toBe('Ends with its program, or when the vault locks');
});
