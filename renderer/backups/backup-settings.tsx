import type { ReactNode } from 'react';
import type { VaultBackups } from '../../shared/contract/backups.ts';
import type { AppError } from '../../shared/errors.ts';
import { m } from '../i18n/messages.ts';
import type { Setting } from '../settings/setting-row.tsx';
import { loadBackups } from '../state/backups.ts';
import { NotReadYet } from '../ui/not-read-yet.tsx';
import { Note } from '../ui/note.tsx';
import { BackUpNow } from './back-up-now.tsx';
import { BackupList } from './backup-list.tsx';
import { CheckAll } from './check-all.tsx';
import { ReplacedList } from './replaced-list.tsx';

/** Copies of the vault: make one, look at them, put one back; and what a restore kept. */
export function backupSettings(known: VaultBackups | null, error: AppError | null): readonly Setting[] {
  const { backups = [], replaced = [], problem = null } = known ?? {};
  return [
    {
      title: m.backups.title,
      text: m.backups.text,
      control: <BackUpNow />,
      below:
        problem === null ? undefined : (
          <Note tone="warn">
            <p>{problem}</p>
          </Note>
        ),
    },
    {
      title: m.backups.list,
      text: known !== null && backups.length === 0 ? m.backups.none : m.backups.listText,
      control: backups.length > 0 && <CheckAll backups={backups} />,
      below: listBelow(known, error),
    },
    ...(replaced.length === 0
      ? []
      : [{ title: m.backups.kept, text: m.backups.keptText, below: <ReplacedList replaced={replaced} /> }]),
  ];
}

function listBelow(known: VaultBackups | null, error: AppError | null): ReactNode {
  if (error !== null || known === null) {
    return <NotReadYet error={error} onRetry={() => void loadBackups()} lines={2} />;
  }
  return known.backups.length === 0 ? undefined : <BackupList backups={known.backups} />;
}
