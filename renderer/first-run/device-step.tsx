import { useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { navigate } from '../state/route.ts';
import { enterShell, useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Note } from '../ui/note.tsx';
import { Switch } from '../ui/switch.tsx';
import gate from '../unlock/gate.module.css';
import type { RetypedGroups } from './first-run.tsx';
import styles from './first-run.module.css';

interface Props {
  readonly password: string;
  readonly groups: RetypedGroups | null;
}

/** The last choice: whether the keychain of this computer is needed too. Then the vault is ready. */
export function DeviceStep({ password, groups }: Props) {
  const keychain = useSession((session) => session.status?.protection.keychain ?? null);
  const bindable = keychain !== null && groups !== null;
  const [bind, setBind] = useState(true);
  const finish = useAction(async () => {
    const status =
      groups === null
        ? await call('vault.status', {})
        : await call('vault.confirmRecovery', {
            proof: { groups: [...groups] },
            password,
            bindDevice: bindable && bind,
          });
    navigate({ screen: 'home' }, 'replace');
    await enterShell(status);
  });
  return (
    <>
      <div className={gate.head}>
        <h1 tabIndex={-1}>{m.firstRun.deviceTitle}</h1>
        <p className={gate.lead}>{m.firstRun.deviceLead}</p>
      </div>
      <div className={gate.panel}>
        {bindable ? (
          <div className={styles.choice}>
            <Switch label={m.firstRun.bind} describedBy="bind-note" checked={bind} onChange={setBind} />
            <span aria-hidden>{m.firstRun.bind}</span>
            <div id="bind-note">
              <p>{m.firstRun.bindHint(keychain)}</p>
              <p>{m.firstRun.bindOff}</p>
            </div>
          </div>
        ) : (
          <Note tone={groups === null ? 'warn' : 'info'}>
            <p>{groups === null ? m.firstRun.declinedNote : m.firstRun.noKeychain}</p>
          </Note>
        )}
        <ErrorNote error={finish.error} />
        <div className={gate.row}>
          <Button look="primary" large autoFocus pending={finish.pending} onClick={() => void finish.run()}>
            {m.firstRun.finish}
          </Button>
        </div>
      </div>
    </>
  );
}
