import { BookOpen, ExternalLink, RotateCw } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { formatUsd } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { openLink, testCredential } from './acts.ts';
import styles from './detail.module.css';
import { DetailFacts } from './detail-facts.tsx';
import { FieldLine } from './field-line.tsx';
import { SignIn } from './sign-in.tsx';
import { signInState } from './sign-in-state.ts';
import { TestFix } from './test-fix.tsx';
import { TestReport } from './test-report.tsx';

interface Props {
  readonly credential: CredentialSummary;
  readonly provider: ProviderInfo | undefined;
  readonly nowMs: number;
}

/** An optional field that was left empty is not shown. */
const isFilled = (field: CredentialSummary['fields'][number]): boolean => field.secret || field.shown !== '';

export function DetailOverview({ credential, provider, nowMs }: Props) {
  const testing = useCredentials((store) => store.testing.has(credential.id));
  const kind = provider?.auth.find((one) => one.kind === credential.authKind);
  const check = kind?.check ?? null;
  const signIn = signInState(credential, provider);
  const keyPage = provider?.links.keys;
  return (
    <>
      <div className={styles.block}>
        {credential.fields.filter(isFilled).map((field) => (
          <FieldLine key={field.name} credential={credential} field={field} />
        ))}
      </div>
      {signIn !== 'none' && credential.state === 'active' && <SignIn id={credential.id} done={signIn === 'done'} />}
      <div className={styles.block}>
        <h3>{m.providers.detail.lastTest}</h3>
        <TestReport lastTest={credential.lastTest} nowMs={nowMs} />
        {signIn !== 'missing' && <TestFix credential={credential} />}
        <div className={styles.acts}>
          <Button
            icon={<RotateCw size={15} aria-hidden />}
            pending={testing}
            disabled={check === null || credential.state !== 'active'}
            aria-keyshortcuts="Control+T"
            onClick={() => void testCredential(credential.id)}
          >
            {m.providers.act.test}
          </Button>
          <p className={styles.muted}>
            {check === null
              ? m.providers.form.checkNone
              : check.costMicroUsd === 0
                ? m.providers.detail.free
                : m.providers.detail.costs(formatUsd(check.costMicroUsd))}
          </p>
        </div>
        {provider !== undefined && (
          <div className={styles.leads}>
            <Button look="link" icon={<BookOpen size={15} aria-hidden />} onClick={() => show({ guide: provider.id })}>
              {m.providers.guide.open}
            </Button>
            {keyPage !== undefined && (
              <Button
                look="link"
                icon={<ExternalLink size={15} aria-hidden />}
                aria-label={`${m.providers.act.keyPage(provider.name)}, ${m.common.newTab}`}
                onClick={() => void openLink(keyPage)}
              >
                {m.providers.act.keyPageShort}
              </Button>
            )}
          </div>
        )}
      </div>
      <DetailFacts credential={credential} provider={provider} nowMs={nowMs} />
    </>
  );
}
