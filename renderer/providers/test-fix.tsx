import { Ban, KeyRound } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import styles from './detail.module.css';

/** What a new value or another state would mend; the others say something about the provider or the network. */
const OF_THE_KEY: readonly string[] = ['invalid_format', 'invalid_key', 'expired', 'insufficient_permission'];

/** After a test that the key itself failed: the two ways out, beside the provider's key page. */
export function TestFix({ credential }: { readonly credential: CredentialSummary }) {
  const { id, state, lastTest } = credential;
  if (state !== 'active' || lastTest === null || !OF_THE_KEY.includes(lastTest.result)) return null;
  return (
    <div className={styles.acts}>
      <Button
        icon={<KeyRound size={15} aria-hidden />}
        onClick={() => show({ sheet: { kind: 'edit', id, replace: true } })}
      >
        {m.providers.fixReplace}
      </Button>
      <Button
        look="ghost"
        icon={<Ban size={15} aria-hidden />}
        onClick={() => show({ ask: { kind: 'revoke-credential', id } })}
      >
        {m.providers.fixRevoked}
      </Button>
    </div>
  );
}
