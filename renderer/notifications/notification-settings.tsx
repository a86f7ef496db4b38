import { useState } from 'react';
import type { NoticePreferences } from '../../shared/contract/notifications.ts';
import { NOTICE_KINDS, NOTICE_WORDS } from '../../shared/notifications.ts';
import { asSentence } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import type { Setting } from '../settings/setting-row.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Switch } from '../ui/switch.tsx';
import { TextInput } from '../ui/text-input.tsx';
import styles from './notification-settings.module.css';
import { savePreferences, usePreferences } from './preferences.ts';

export function notificationSettings(): readonly Setting[] {
  return [
    { title: m.notifications.desktop, text: m.notifications.desktopText, below: <Kinds /> },
    { title: m.notifications.details, text: m.notifications.detailsText, control: <Details /> },
    { title: m.notifications.quiet, text: m.notifications.quietText, control: <QuietSwitch />, below: <QuietTimes /> },
  ];
}

/** In the order of the contract, which puts what costs money first. */
function Kinds() {
  const preferences = usePreferences();
  if (preferences === null) return null;
  const { desktop } = preferences;
  return (
    <div role="group" aria-label={m.notifications.desktop} className={styles.kinds}>
      {NOTICE_KINDS.map((kind) => (
        <Checkbox
          key={kind}
          label={asSentence(NOTICE_WORDS[kind])}
          checked={desktop.includes(kind)}
          onChange={(on) =>
            void savePreferences({ desktop: on ? [...desktop, kind] : desktop.filter((one) => one !== kind) })
          }
        />
      ))}
    </div>
  );
}

function Details() {
  const preferences = usePreferences();
  if (preferences === null) return null;
  return (
    <Switch
      label={m.notifications.details}
      checked={preferences.desktopDetails}
      onChange={(desktopDetails) => void savePreferences({ desktopDetails })}
    />
  );
}

const NIGHT = { from: '22:00', to: '07:00' } as const;

function QuietSwitch() {
  const preferences = usePreferences();
  if (preferences === null) return null;
  return (
    <Switch
      label={m.notifications.quiet}
      checked={preferences.quietHours !== null}
      onChange={(on) => void savePreferences({ quietHours: on ? NIGHT : null })}
    />
  );
}

function QuietTimes() {
  const preferences = usePreferences();
  if (preferences === null || preferences.quietHours === null) return null;
  const { from, to } = preferences.quietHours;
  // A change from elsewhere begins the fields anew.
  return <Times key={`${from} ${to}`} hours={preferences.quietHours} zone={preferences.zone} />;
}

interface TimesProps {
  readonly hours: NonNullable<NoticePreferences['quietHours']>;
  readonly zone: string | null;
}

/** Saved when a field is left, so that a time half typed is not. */
function Times({ hours, zone }: TimesProps) {
  const [typed, setTyped] = useState(hours);
  const isSame = typed.from === typed.to;
  const save = (): void => {
    const isWhole = typed.from !== '' && typed.to !== '' && !isSame;
    const isNew = typed.from !== hours.from || typed.to !== hours.to;
    if (isWhole && isNew) void savePreferences({ quietHours: typed });
  };
  return (
    <div className={styles.times} onBlur={save}>
      <TextInput
        type="time"
        aria-label={`${m.notifications.quiet}: ${m.notifications.quietFrom}`}
        value={typed.from}
        onChange={(from) => setTyped({ ...typed, from })}
      />
      <span aria-hidden>{m.notifications.quietTo}</span>
      <TextInput
        type="time"
        aria-label={`${m.notifications.quiet}: ${m.notifications.quietTo}`}
        value={typed.to}
        onChange={(to) => setTyped({ ...typed, to })}
      />
      <span className={styles.muted}>{m.notifications.zone(zone)}</span>
      <span role="alert" className={styles.error}>
        {isSame && m.notifications.quietSame}
      </span>
    </div>
  );
}
