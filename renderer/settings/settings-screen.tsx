import { SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { ownProviderSettings } from '../own-providers/own-provider-settings.tsx';
import { backupSettings } from '../backups/backup-settings.tsx';
import { loadBackups, useBackups } from '../state/backups.ts';
import { aboutSettings } from './about-settings.tsx';
import { matchesSearch } from './defaults.ts';
import { generalSettings } from './general-settings.tsx';
import { quotaSettings } from './quota-settings.tsx';
import { switchSetting } from './setting-kinds.tsx';
import { SettingRow } from './setting-row.tsx';
import { classes } from '../ui/classes.ts';
import page from '../ui/page-layout.module.css';
import styles from './settings.module.css';
import { checkSettings, endpointSettings, securitySettings } from './vault-settings.tsx';
import { notificationSettings } from '../notifications/notification-settings.tsx';
import { useRoute } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { useWebhooks } from '../state/webhooks.ts';
import { webhookSettings } from '../webhooks/webhook-settings.tsx';

const SECTIONS = [
  'general',
  'security',
  'backups',
  'endpoint',
  'checks',
  'quotas',
  'notifications',
  'webhooks',
  'providers',
  'about',
] as const;

/** Every setting, found by its words; each says its default. */
export function SettingsScreen() {
  const [query, setQuery] = useState('');
  const settings = useSession((session) => session.settings);
  const status = useSession((session) => session.status);
  const providers = useSession((session) => session.providers);
  const webhooks = useWebhooks();
  const backups = useBackups();
  useEffect(() => void loadBackups(), []);
  const { section: wanted } = useRoute();
  useEffect(() => {
    if (wanted !== null) document.getElementById(`section-${wanted}`)?.scrollIntoView({ block: 'start' });
  }, [wanted]);
  if (settings === null || status === null) return null;
  const rows = {
    general: [
      ...generalSettings(settings.app),
      ...(settings.vault === null
        ? []
        : [switchSetting(settings.vault, 'firstSteps', m.settings.firstSteps, m.settings.firstStepsText)]),
    ],
    security: securitySettings(settings.vault, status.protection),
    backups: backupSettings(backups.known, backups.error),
    endpoint: endpointSettings(settings.vault),
    checks: checkSettings(settings.vault),
    quotas: quotaSettings(settings.vault),
    notifications: notificationSettings(),
    webhooks: webhookSettings(webhooks),
    providers: ownProviderSettings(providers),
    about: aboutSettings(status),
  } as const;
  const found = SECTIONS.map((section) => ({
    section,
    rows: rows[section].filter((row) => matchesSearch(query, row.title, row.text ?? '', m.settings.sections[section])),
  })).filter((one) => one.rows.length > 0);
  return (
    <div className={classes(page.page, page.readable)}>
      <div className={styles.head}>
        <h1>{m.settings.title}</h1>
        <TextInput
          data-find
          type="search"
          aria-label={m.settings.search}
          placeholder={m.settings.search}
          value={query}
          onChange={setQuery}
        />
      </div>
      {found.length === 0 && (
        <Empty
          icon={<SearchX size={28} />}
          title={m.settings.noMatch}
          actions={<Button onClick={() => setQuery('')}>{m.settings.clear}</Button>}
        />
      )}
      {found.map(({ section, rows: shown }) => (
        <section key={section} className={styles.section} aria-labelledby={`section-${section}`}>
          <h2 id={`section-${section}`}>{m.settings.sections[section]}</h2>
          <div className={page.rows}>
            {shown.map((row) => (
              <SettingRow key={row.title} {...row} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
