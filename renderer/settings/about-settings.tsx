import type { VaultStatus } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { Doctor } from './doctor.tsx';
import type { Setting } from './setting-row.tsx';
import styles from './settings.module.css';

export function aboutSettings({ version, host }: VaultStatus): readonly Setting[] {
  const cannot = host === 'desktop' ? m.settings.cannotDesktop : m.settings.cannotBrowser;
  return [
    { title: m.settings.version, control: <span>{version}</span> },
    { title: m.settings.host, control: <span>{m.settings.hosts[host]}</span> },
    {
      title: m.settings.cannot,
      below: (
        <ul className={styles.list}>
          {cannot.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ),
    },
    { title: m.settings.promises, text: m.settings.promisesText },
    { title: m.settings.doctor, text: m.settings.doctorText, below: <Doctor /> },
  ];
}
