import { useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import type { RetypedGroups } from '../first-run/first-run.tsx';
import { KitConfirm } from '../first-run/kit-confirm.tsx';
import { m } from '../i18n/messages.ts';
import { refreshStatus, useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { PasswordDialog } from '../ui/password-dialog.tsx';
import { announce } from '../ui/toasts.ts';

type Stage =
  | { readonly kind: 'closed' | 'password' }
  | { readonly kind: 'kit'; readonly password: string; readonly code: string };

/** Password, then the new code, then two of its groups. Device binding stays as it is. */
export function RenewKit() {
  const [stage, setStage] = useState<Stage>({ kind: 'closed' });
  const close = (): void => {
    setStage({ kind: 'closed' });
    void refreshStatus();
  };
  const renew = useAction(async (password: string) => {
    const { recoveryCode } = await call('vault.renewRecovery', { password });
    setStage({ kind: 'kit', password, code: recoveryCode });
  });
  const confirm = useAction(async (password: string, groups: RetypedGroups) => {
    const bindDevice = useSession.getState().status?.protection.deviceBound ?? false;
    await call('vault.confirmRecovery', { proof: { groups: [...groups] }, password, bindDevice });
    announce(m.settings.kitSaved);
    close();
  });
  return (
    <>
      <Button onClick={() => setStage({ kind: 'password' })}>{m.settings.renew}</Button>
      {stage.kind === 'password' && (
        <PasswordDialog
          title={m.settings.renewTitle}
          text={m.settings.renewLead}
          verb={m.settings.renewVerb}
          pending={renew.pending}
          error={renew.error}
          onPassword={(password) => void renew.run(password)}
          onCancel={close}
        />
      )}
      {stage.kind === 'kit' && (
        <Dialog open wide title={m.unlock.newKitTitle} description={m.unlock.newKitLead} onClose={() => undefined}>
          <KitConfirm
            code={stage.code}
            pending={confirm.pending}
            error={confirm.error}
            onConfirmed={(groups) => void confirm.run(stage.password, groups)}
            onDeclined={close}
          />
        </Dialog>
      )}
    </>
  );
}
