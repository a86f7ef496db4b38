import { Plus, X } from 'lucide-react';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import styles from './own-providers.module.css';
import type { Version } from './provider-form.ts';

interface Props {
  readonly versions: readonly Version[];
  readonly onChange: (versions: readonly Version[]) => void;
}

/** Versions of an API, each on or off, with its path. */
export function VersionList({ versions, onChange }: Props) {
  const change = (at: number, part: Partial<Version>): void =>
    onChange(versions.map((version, index) => (index === at ? { ...version, ...part } : version)));
  return (
    <fieldset className={layout.fieldset}>
      <legend>{m.ownProviders.versions}</legend>
      <p className={styles.muted}>{m.ownProviders.versionsHint}</p>
      {versions.map((version, index) => (
        <div key={index} className={styles.version}>
          <input
            type="checkbox"
            aria-label={m.ownProviders.versionOn(index + 1)}
            checked={version.enabled}
            onChange={(event) => change(index, { enabled: event.target.checked })}
          />
          <TextInput
            aria-label={m.ownProviders.versionName(index + 1)}
            placeholder={`v${index + 1}`}
            maxLength={32}
            value={version.name}
            onChange={(name) => change(index, { name })}
          />
          <TextInput
            mono
            aria-label={m.ownProviders.versionPath(index + 1)}
            placeholder={`/v${index + 1}`}
            maxLength={200}
            value={version.path}
            onChange={(path) => change(index, { path })}
          />
          <IconButton
            label={m.ownProviders.removeVersion(index + 1)}
            icon={<X size={15} aria-hidden />}
            onClick={() => onChange(versions.filter((_, other) => other !== index))}
          />
        </div>
      ))}
      <span className={styles.addversion}>
        <Button
          look="ghost"
          icon={<Plus size={15} aria-hidden />}
          onClick={() => onChange([...versions, { name: '', path: '', enabled: true }])}
        >
          {m.ownProviders.addVersion}
        </Button>
      </span>
    </fieldset>
  );
}
