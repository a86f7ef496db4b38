import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadBackups } from '../state/backups.ts';
import { Button } from '../ui/button.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';

export function BackUpNow() {
  const make = useAction(async () => {
    try {
      await call('vault.backUp', {});
      announce(m.backups.made, { slot: 'backups', tone: 'ok' });
    } catch (thrown) {
      announceFailure(thrown);
    }
    await loadBackups();
  });
  return (
    <Button pending={make.pending} onClick={() => void make.run()}>
      {m.backups.make}
    </Button>
  );
}
