import { EyeOff, KeyRound, PlugZap } from 'lucide-react';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import gate from '../unlock/gate.module.css';
import styles from './first-run.module.css';

const ICONS = [KeyRound, EyeOff, PlugZap] as const;

export function WelcomeStep({ onNext }: { readonly onNext: () => void }) {
  return (
    <div className={styles.welcome}>
      <div className={gate.head}>
        <h1>{m.firstRun.welcomeTitle}</h1>
        <p className={gate.lead}>{m.firstRun.welcomeLead}</p>
      </div>
      <ul className={styles.points}>
        {m.firstRun.points.map(([title, text], index) => {
          const Icon = ICONS[index] ?? KeyRound;
          return (
            <li key={title} className={styles.point}>
              <Icon size={20} aria-hidden />
              <h2>{title}</h2>
              <p>{text}</p>
            </li>
          );
        })}
      </ul>
      <div>
        <Button look="primary" large autoFocus onClick={onNext}>
          {m.firstRun.create}
        </Button>
      </div>
    </div>
  );
}
