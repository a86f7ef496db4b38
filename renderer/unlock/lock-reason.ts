import type { m } from '../i18n/messages.ts';

type Reason = keyof typeof m.unlock.reasons;
const REASONS: readonly Reason[] = ['asked', 'idle', 'screen-lock', 'suspend', 'failures', 'restore', 'quit'];

/** Why the vault locked; kept in history.state because the page is loaded anew at a lock. */
export function lockReason(): Reason | null {
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !('lockReason' in state)) return null;
  return REASONS.find((reason) => reason === state.lockReason) ?? null;
}
