import type { VaultBackupCheck } from '../../shared/contract/backups.ts';
import { m } from '../i18n/messages.ts';
import styles from './backups.module.css';

interface Props {
  /** What the copy was found to hold; null where it was not opened yet. */
  readonly found: VaultBackupCheck | null;
  /** The vault is open, so putting the backup back locks it. */
  readonly isLocking: boolean;
}

/** What putting a backup back replaces, and what stays. */
export function Changes({ found, isLocking }: Props) {
  const words = found?.whole === true ? differenceWords(found) : [];
  return (
    <>
      <div className={styles.points}>
        <h3>{m.backups.changes}</h3>
        <ul>
          {words.map((word) => (
            <li key={word} className={styles.weighty}>
              {word}
            </li>
          ))}
          <li>{m.backups.replaces}</li>
          {(found === null || !found.whole) && <li>{m.backups.revoked}</li>}
          {isLocking && <li>{m.backups.locks}</li>}
        </ul>
      </div>
      <div className={styles.points}>
        <h3>{m.backups.stays}</h3>
        <ul>
          <li>{m.backups.keeps}</li>
          <li>{m.backups.usageStays}</li>
          {!isLocking && <li>{m.backups.headerOnly}</li>}
        </ul>
      </div>
    </>
  );
}

/** With names, while the vault is open and they may be told. */
export function differenceWords(found: Extract<VaultBackupCheck, { whole: true }>): readonly string[] {
  const { gone, older, again, clientsAgain } = found;
  const words = [
    gone.count > 0 ? m.backups.gone(gone.count, gone.names) : null,
    older.count > 0 ? m.backups.older(older.count, older.names) : null,
    again.count > 0 ? m.backups.again(again.count, again.names) : null,
    gone.count + older.count + again.count === 0 ? m.backups.sameKeys : null,
    clientsAgain.count > 0 ? m.backups.clientsAgain(clientsAgain.count, clientsAgain.names) : null,
  ];
  return words.filter((word) => word !== null);
}
