import { m } from '../i18n/messages.ts';
import { zoneHere } from '../i18n/zone.ts';
import { useSession } from '../state/session.ts';
import styles from './zone-note.module.css';

/** Says whose times are shown, where they are not those of this computer. */
export function ZoneNote() {
  const zone = useSession(({ settings }) => settings?.vault?.reportingZone ?? '');
  if (zone === '' || zone === zoneHere()) return null;
  return <p className={styles.note}>{m.common.timesOf(zone)}</p>;
}
