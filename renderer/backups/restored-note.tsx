import type { RestoredBackup } from '../../shared/contract/backups.ts';
import { formatDateTime } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { Note } from '../ui/note.tsx';

/** Told on the unlock screen: the page on which it was asked for is gone. */
export function RestoredNote({ restored }: { readonly restored: RestoredBackup }) {
  const { at, keys, clients, headerOnly, passedOver } = restored;
  return (
    <Note tone="ok" role="status" title={m.backups.doneTitle(formatDateTime(at))}>
      <p>{m.backups.doneHolds(keys, clients)}</p>
      {headerOnly && <p>{m.backups.doneHeader}</p>}
      {passedOver.length > 0 && <p>{m.backups.donePassedOver(passedOver.length)}</p>}
      <p>{m.backups.doneKept}</p>
    </Note>
  );
}
