import { expect, test } from 'vitest';
import {
  assertUse,
  type CredentialMove,
  type CredentialState,
  moveCredential,
  moveVersion,
  type VersionState,
} from '../../../electron/core/credentials/lifecycle.ts';

const STATES: readonly CredentialState[] = ['active', 'suspended', 'revoked', 'binned'];
const MOVES: readonly CredentialMove[] = ['suspend', 'reinstate', 'revoke', 'delete', 'restore', 'purge'];
const LEGAL: Readonly<Record<string, string>> = {
  'active suspend': 'suspended',
  'active revoke': 'revoked',
  'active delete': 'binned',
  'suspended reinstate': 'active',
  'suspended revoke': 'revoked',
  'suspended delete': 'binned',
  'revoked delete': 'binned',
  'binned restore': 'suspended',
  'binned purge': 'gone',
};

test.each(STATES.flatMap((state) => MOVES.map((move) => [state, move] as const)))(
  'a credential that is %s: %s',
  (state, move) => {
    const act = () => moveCredential(state, state === 'binned' ? 'suspended' : null, move);
    const expected = LEGAL[`${state} ${move}`];
    if (expected !== undefined) expect(act()).toBe(expected);
    else
      expect(act).toThrow(
        expect.objectContaining({ code: 'conflict', hint: expect.stringContaining('it can be:') as string }),
      );
  },
);

test('a refusal names the state and what is possible from it', () => {
  expect(() => moveCredential('revoked', null, 'reinstate')).toThrow(
    expect.objectContaining({
      message: 'This credential is revoked and cannot be reinstated. Nothing was changed.',
      hint: 'From here it can be: delete.',
    }),
  );
});

const VERSION_STATES: readonly VersionState[] = ['generated', 'active', 'rotation_pending', 'rotated', 'deleted'];
const LEGAL_VERSIONS = new Set([
  'generated active',
  'generated deleted',
  'active rotation_pending',
  'active deleted',
  'rotation_pending rotated',
  'rotation_pending deleted',
  'rotated deleted',
]);

test.each(VERSION_STATES.flatMap((from) => VERSION_STATES.map((to) => [from, to] as const)))(
  'a version goes from %s to %s only where the lifecycle says so',
  (from, to) => {
    if (LEGAL_VERSIONS.has(`${from} ${to}`)) expect(moveVersion(from, to)).toBe(to);
    else expect(() => moveVersion(from, to)).toThrow(expect.objectContaining({ code: 'conflict' }));
  },
);

test('only an active credential is served, nothing in the bin is read, tested or edited', () => {
  for (const state of STATES) {
    const allowed = (use: Parameters<typeof assertUse>[1]) => {
      try {
        assertUse(state, use);
        return true;
      } catch {
        return false;
      }
    };
    expect([allowed('serve'), allowed('read'), allowed('test'), allowed('edit')]).toEqual(
      state === 'active'
        ? [true, true, true, true]
        : state === 'binned'
          ? [false, false, false, false]
          : [false, true, true, true],
    );
  }
});
