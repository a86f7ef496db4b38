import { AppError } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { isLabelTaken, updateCredential } from './credential-table.ts';
import { type CredentialMove, moveCredential } from './lifecycle.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import type { WriteContext } from './write.ts';

/**
 * Brings a credential into another state, with its audit entry in the same transaction.
 * @throws AppError `conflict` for an illegal move, or for a label that was taken while this one was in the bin.
 */
export function moveTo(
  { vault, clock, actor }: Pick<WriteContext, 'vault' | 'clock' | 'actor'>,
  before: CredentialRow,
  move: Exclude<CredentialMove, 'purge'>,
): void {
  const state = moveCredential(before.state, before.state_before_bin, move);
  if (state === 'gone') throw new Error('purging is another act');
  if (move === 'restore' && isLabelTaken(vault.db, before.provider, before.scope, before.label, before.id)) {
    throw new AppError(
      'conflict',
      'Another credential has this label by now. Nothing was restored.',
      'Give the other one another label with "edit REF --label NEW", then restore again.',
    );
  }
  const now = clock.now();
  vault.write(() => {
    updateCredential(vault.db, {
      ...before,
      state,
      state_before_bin: state === 'binned' && before.state !== 'binned' ? before.state : null,
      binned_at_ms: state === 'binned' ? now : null,
      updated_at_ms: now,
    });
    appendAudit(vault, clock, { actor, action: `credential.${move}`, target: idToHex(before.id), result: 'ok' });
  });
}
