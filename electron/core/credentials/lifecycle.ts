import type { z } from 'zod';
import type { credentialState, versionState } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';

/**
 * The one state machine of credentials and of their versions (PRODUCT.md, "Lifecycle"). Nothing else decides whether
 * a move or a use is legal.
 */
export type CredentialState = z.output<typeof credentialState>;
export type LiveState = Exclude<CredentialState, 'binned'>;
export type VersionState = z.output<typeof versionState>;

export type CredentialMove = 'suspend' | 'reinstate' | 'revoke' | 'delete' | 'restore' | 'purge';
/** Acts that leave the state alone but need a certain one. */
export type CredentialUse = 'serve' | 'read' | 'test' | 'edit' | 'replace';

/** The end of a purged credential: its row is gone. */
type Outcome = LiveState | 'binned' | 'before-bin' | 'gone';

const MOVES: Readonly<Record<CredentialMove, Partial<Record<CredentialState, Outcome>>>> = {
  suspend: { active: 'suspended' },
  reinstate: { suspended: 'active' },
  revoke: { active: 'revoked', suspended: 'revoked' },
  delete: { active: 'binned', suspended: 'binned', revoked: 'binned' },
  restore: { binned: 'before-bin' },
  purge: { binned: 'gone' },
};

const USES: Readonly<Record<CredentialUse, readonly CredentialState[]>> = {
  serve: ['active'],
  read: ['active', 'suspended', 'revoked'],
  test: ['active', 'suspended', 'revoked'],
  edit: ['active', 'suspended', 'revoked'],
  replace: ['active', 'suspended'],
};

const VERSION_MOVES: Readonly<Record<VersionState, readonly VersionState[]>> = {
  generated: ['active', 'deleted'],
  active: ['rotation_pending', 'deleted'],
  rotation_pending: ['rotated', 'deleted'],
  rotated: ['deleted'],
  deleted: [],
};

const STATE_WORDS: Readonly<Record<CredentialState, string>> = {
  active: 'active',
  suspended: 'suspended',
  revoked: 'revoked',
  binned: 'in the bin',
};

const ACT_WORDS: Readonly<Record<CredentialMove | CredentialUse, string>> = {
  suspend: 'suspended',
  reinstate: 'reinstated',
  revoke: 'revoked',
  delete: 'deleted',
  restore: 'restored',
  purge: 'purged',
  serve: 'used',
  read: 'read',
  test: 'tested',
  edit: 'edited',
  replace: 'given a new value',
};

function possibleMoves(state: CredentialState): readonly CredentialMove[] {
  return (Object.keys(MOVES) as CredentialMove[]).filter((move) => MOVES[move][state] !== undefined);
}

export function stateInWords(state: CredentialState): string {
  return STATE_WORDS[state];
}

function refusal(state: CredentialState, act: CredentialMove | CredentialUse): AppError {
  return new AppError(
    'conflict',
    `This credential is ${STATE_WORDS[state]} and cannot be ${ACT_WORDS[act]}. Nothing was changed.`,
    `From here it can be: ${possibleMoves(state).join(', ')}.`,
  );
}

/**
 * The state a credential has after `move`; `gone` after a purge.
 * @param stateBeforeBin - what `restore` goes back to; null in every state but `binned`.
 * @throws AppError `conflict` that names the state and what is possible from it.
 */
export function moveCredential(
  state: CredentialState,
  stateBeforeBin: LiveState | null,
  move: CredentialMove,
): CredentialState | 'gone' {
  const outcome = MOVES[move][state];
  if (outcome === undefined) throw refusal(state, move);
  if (outcome !== 'before-bin') return outcome;
  if (stateBeforeBin === null) throw new AppError('integrity_failure', 'A deleted credential lost its former state.');
  return stateBeforeBin;
}

export function mayUse(state: CredentialState, use: CredentialUse): boolean {
  return USES[use].includes(state);
}

/** @throws AppError `conflict` as `moveCredential`. */
export function assertUse(state: CredentialState, use: CredentialUse): void {
  if (!mayUse(state, use)) throw refusal(state, use);
}

/** @throws AppError `conflict` that names the state and what is possible from it. */
export function moveVersion(from: VersionState, to: VersionState): VersionState {
  const possible = VERSION_MOVES[from];
  if (possible.includes(to)) return to;
  throw new AppError(
    'conflict',
    `A version that is ${from} cannot become ${to}. Nothing was changed.`,
    possible.length === 0 ? 'Nothing is possible from here.' : `From here it can become: ${possible.join(', ')}.`,
  );
}

/** Whether the current version may be handed out. */
export function isServedVersion(state: VersionState): boolean {
  return state === 'active' || state === 'rotation_pending';
}

/** Whether the owner can still read this version. */
export function isReadableVersion(state: VersionState): boolean {
  return state !== 'deleted' && state !== 'generated';
}
