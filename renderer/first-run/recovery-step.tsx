import { formatSeconds } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import gate from '../unlock/gate.module.css';
import type { RetypedGroups } from './first-run.tsx';
import { KitConfirm } from './kit-confirm.tsx';

interface Props {
  readonly code: string;
  readonly unlockMs: number;
  /** The retyped groups, or null where the user declined the kit. */
  readonly onDone: (groups: RetypedGroups | null) => void;
}

export function RecoveryStep({ code, unlockMs, onDone }: Props) {
  return (
    <>
      <div className={gate.head}>
        <h1 tabIndex={-1}>{m.firstRun.recoveryTitle}</h1>
        <p className={gate.lead}>{m.firstRun.recoveryLead}</p>
      </div>
      <div className={gate.panel}>
        <KitConfirm code={code} onConfirmed={onDone} onDeclined={() => onDone(null)} />
      </div>
      <p className={gate.lead}>{m.firstRun.unlockCost(formatSeconds(unlockMs))}</p>
    </>
  );
}
