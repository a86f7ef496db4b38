import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { Note } from '../ui/note.tsx';
import styles from './detail.module.css';
import { provesNothing } from './health.ts';
import { TestLine } from './test-line.tsx';

interface Props {
  readonly lastTest: CredentialSummary['lastTest'];
  readonly nowMs: number;
}

const UNCLEAR: readonly string[] = ['rate_limited', 'provider_unavailable', 'timeout'];

/** Providers list scopes with commas alone between them: a long list has to find places to break. */
const breakable = (text: string): string => text.replace(/,(?=[a-z])/gi, ', ');

/** The whole result of the last test: what the provider said, what it means, what to do. */
export function TestReport({ lastTest, nowMs }: Props) {
  if (lastTest === null) return <p className={styles.muted}>{m.providers.neverTested}</p>;
  const { result } = lastTest;
  const isOpen = provesNothing(lastTest) || UNCLEAR.includes(result);
  const tone = isOpen ? 'warn' : result === 'valid' ? 'ok' : 'bad';
  return (
    <>
      <Note tone={tone}>
        <p>
          <TestLine lastTest={lastTest} nowMs={nowMs} />
        </p>
        {lastTest.detail !== '' && <p>{lastTest.detail}</p>}
        {lastTest.hint !== '' && <p>{lastTest.hint}</p>}
      </Note>
      {lastTest.facts.length > 0 && (
        <dl className={styles.facts}>
          {lastTest.facts.map((fact) => (
            <div key={fact.label} style={{ display: 'contents' }}>
              <dt>{fact.label}</dt>
              <dd>{breakable(fact.value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
