import type { VaultBackupSummary } from '../../shared/contract/backups.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadBackups } from '../state/backups.ts';
import { Button } from '../ui/button.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';

/** Opens and reads one after the other; each shows its result as soon as it is there. */
export function CheckAll({ backups }: { readonly backups: readonly VaultBackupSummary[] }) {
  const check = useAction(async () => {
    let bad = 0;
    try {
      for (const { name } of backups) {
        const { whole } = await call('vault.checkBackup', { name });
        if (!whole) bad += 1;
        await loadBackups();
      }
    } catch (thrown) {
      return announceFailure(thrown);
    }
    const said = bad === 0 ? m.backups.checkedAll(backups.length) : m.backups.checkedSome(bad, backups.length);
    announce(said, { slot: 'backups', tone: bad === 0 ? 'ok' : 'bad' });
  });
  return (
    <Button look="ghost" pending={check.pending} onClick={() => void check.run()}>
      {m.backups.checkAll}
    </Button>
  );
}
