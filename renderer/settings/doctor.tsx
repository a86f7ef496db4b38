import { useState } from 'react';
import type { Output } from '../../shared/contract/methods.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import styles from './settings.module.css';

const LOOKS = {
  ok: { tone: 'ok', shape: 'check' },
  warning: { tone: 'warn', shape: 'alert' },
  problem: { tone: 'bad', shape: 'cross' },
} as const;

/** The same checks as `keyharbor doctor`. */
export function Doctor() {
  const [findings, setFindings] = useState<Output<'app.doctor'> | null>(null);
  const check = useAction(async () => setFindings(await call('app.doctor', {})));
  return (
    <>
      <div>
        <Button pending={check.pending} onClick={() => void check.run()}>
          {m.settings.runDoctor}
        </Button>
      </div>
      <ErrorNote error={check.error} />
      <div role="status">
        {findings !== null && (
          <ul className={styles.findings}>
            {findings.map(({ id, status, title, detail, hint }) => (
              <li key={id} className={styles.finding}>
                <StatusDot {...LOOKS[status]} word={m.settings.doctorStates[status]} />
                <div>
                  <strong>{title}</strong>
                  <p>{detail}</p>
                  {hint !== '' && <p>{hint}</p>}
                </div>
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}
