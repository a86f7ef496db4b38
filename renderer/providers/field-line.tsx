import { Copy, Eye, EyeOff, SquareTerminal } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { formatDateTime } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { copyCredential } from './acts.ts';
import styles from './detail.module.css';
import { SecretText } from './secret-text.tsx';
import { useReveal } from './use-reveal.ts';

interface Props {
  readonly credential: CredentialSummary;
  readonly field: CredentialSummary['fields'][number];
}

/** A time that a provider named, such as the end of a token: RFC 3339, as the core writes it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

function shownText(text: string): string {
  if (text === '') return m.common.none;
  return TIME.test(text) ? formatDateTime(text) : text;
}

/** One field: secret ones are masked and can be shown; every one can be copied. */
export function FieldLine({ credential, field }: Props) {
  const { id } = credential;
  const reveal = useReveal(id, field.name);
  return (
    <div className={styles.field}>
      <div className={styles.fieldhead}>
        <span>{field.label}</span>
        <span className={styles.fieldacts}>
          {field.secret && (
            <IconButton
              label={
                reveal.value === null
                  ? m.providers.act.revealNamed(field.label)
                  : m.providers.act.hideNamed(field.label)
              }
              aria-pressed={reveal.value !== null}
              pending={reveal.pending}
              icon={reveal.value === null ? <Eye size={16} aria-hidden /> : <EyeOff size={16} aria-hidden />}
              onClick={reveal.toggle}
            />
          )}
          <IconButton
            label={m.providers.act.copyNamed(field.label)}
            icon={<Copy size={16} aria-hidden />}
            onClick={() => void copyCredential(id, 'value', field.name)}
          />
          {field.name === credential.primary && (
            <IconButton
              label={m.providers.act.copyEnv}
              keys="Ctrl+Shift+C"
              icon={<SquareTerminal size={16} aria-hidden />}
              onClick={() => void copyCredential(id, 'env', field.name)}
            />
          )}
        </span>
      </div>
      {field.secret ? (
        <SecretText masked={field.shown} reveal={reveal} name={field.label} />
      ) : (
        <p className={styles.plain}>{shownText(field.shown)}</p>
      )}
    </div>
  );
}
