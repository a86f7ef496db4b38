import { FileDown, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import type { AuditFilter } from '../../shared/contract/audit.ts';
import type { Output } from '../../shared/contract/methods.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';

type Verdict = Output<'audit.verify'>;

interface Props {
  readonly filter: AuditFilter;
  readonly onVerdict: (verdict: Verdict) => void;
  /** The export is an entry itself. */
  readonly onSaved: () => void;
}

/** What can be done with the log: nothing that changes it. */
export function LogActs({ filter, onVerdict, onSaved }: Props) {
  const [pending, setPending] = useState<'verify' | 'save' | null>(null);
  const during = async (act: 'verify' | 'save', run: () => Promise<void>): Promise<void> => {
    setPending(act);
    try {
      await run();
    } catch (thrown) {
      announceFailure(thrown);
    }
    setPending(null);
  };
  const verify = () => during('verify', async () => onVerdict(await call('audit.verify', {})));
  const save = () =>
    during('save', async () => {
      const { fileName, folder, entries } = await call('audit.save', { filter });
      announce(m.activity.saved(fileName), {
        description: m.activity.savedIn(entries, folder),
        slot: 'activity-saved',
      });
      onSaved();
    });
  return (
    <>
      <Button icon={<ShieldCheck size={16} aria-hidden />} disabled={pending !== null} onClick={() => void verify()}>
        {pending === 'verify' ? m.activity.verifying : m.activity.verify}
      </Button>
      <Button icon={<FileDown size={16} aria-hidden />} disabled={pending !== null} onClick={() => void save()}>
        {pending === 'save' ? m.activity.saving : m.activity.save}
      </Button>
    </>
  );
}
