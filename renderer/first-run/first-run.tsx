import { Check } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { call, onContractEvent } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { enterShell } from '../state/session.ts';
import { announce } from '../ui/toasts.ts';
import { classes } from '../ui/classes.ts';
import { Logo } from '../ui/logo.tsx';
import gate from '../unlock/gate.module.css';
import { DeviceStep } from './device-step.tsx';
import styles from './first-run.module.css';
import { PasswordStep } from './password-step.tsx';
import { RecoveryStep } from './recovery-step.tsx';
import { WelcomeStep } from './welcome-step.tsx';

/** What the user did so far. The password is kept until the last step has used it, and no longer. */
type Progress =
  | { readonly step: 'welcome' | 'password' }
  | { readonly step: 'recovery'; readonly password: string; readonly code: string; readonly unlockMs: number }
  | { readonly step: 'device'; readonly password: string; readonly groups: RetypedGroups | null };

export type RetypedGroups = readonly { readonly index: number; readonly text: string }[];
const STEPS = ['welcome', 'password', 'recovery', 'device'] as const;

/** From no vault to an open one; also where another program, such as the command line, makes it meanwhile. */
export function FirstRun() {
  const [progress, setProgress] = useState<Progress>({ step: 'welcome' });
  const at = STEPS.indexOf(progress.step);
  const page = useRef<HTMLElement>(null);
  const moved = useRef(false);
  const isCreating = useRef(false);
  const hasVault = at >= STEPS.indexOf('recovery');
  useEffect(() => {
    if (hasVault) return;
    return onContractEvent(({ event }) => {
      if (event !== 'vault.unlocked' || isCreating.current) return;
      void call('vault.status', {}).then(enterShell);
      announce(m.firstRun.madeElsewhere);
    });
  }, [hasVault]);
  useEffect(() => {
    // A new step starts at its heading, unless it put the focus into a field itself.
    if (moved.current && !page.current?.contains(document.activeElement)) page.current?.querySelector('h1')?.focus();
    moved.current = true;
  }, [at]);
  return (
    <main className={gate.page} ref={page}>
      <div className={classes(gate.card, gate.wide)}>
        <div className={styles.top}>
          <Logo size={36} />
          {at > 0 && (
            <ol className={styles.steps} aria-label={m.firstRun.progress(at, STEPS.length - 1)}>
              {STEPS.slice(1).map((step, index) => (
                <li key={step} aria-current={index + 1 === at ? 'step' : undefined} className={styles.step}>
                  <span className={styles.number}>
                    {index + 1 < at ? <Check size={14} role="img" aria-label={m.firstRun.stepDone} /> : index + 1}
                  </span>
                  <span className={styles.name}>{m.firstRun.steps[index + 1]}</span>
                </li>
              ))}
            </ol>
          )}
        </div>
        {progress.step === 'welcome' && <WelcomeStep onNext={() => setProgress({ step: 'password' })} />}
        {progress.step === 'password' && (
          <PasswordStep
            onCreating={(now) => {
              isCreating.current = now;
            }}
            onCreated={(created) => setProgress({ step: 'recovery', ...created })}
          />
        )}
        {progress.step === 'recovery' && (
          <RecoveryStep
            code={progress.code}
            unlockMs={progress.unlockMs}
            onDone={(groups) => setProgress({ step: 'device', password: progress.password, groups })}
          />
        )}
        {progress.step === 'device' && <DeviceStep password={progress.password} groups={progress.groups} />}
      </div>
    </main>
  );
}
