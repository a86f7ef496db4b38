import { Activity, FileDown, PlugZap } from 'lucide-react';
import type { ReactNode } from 'react';
import { m } from '../i18n/messages.ts';
import { navigate, navigateUsage } from '../state/route.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import styles from './usage.module.css';

const t = m.usage.empty;

/** Nothing was ever counted: where figures come from, with the first step of each way. */
export function EmptyUsage() {
  return (
    <section className={styles.empty}>
      <h2>{t.title}</h2>
      <p className={styles.muted}>{t.text}</p>
      <ul className={styles.sources}>
        <Source
          icon={<PlugZap size={20} />}
          title={t.proxyTitle}
          text={t.proxyText}
          act={
            <Button look="primary" onClick={() => navigate({ screen: 'clients', tab: 'connect' })}>
              {t.proxyAct}
            </Button>
          }
        />
        <Source
          icon={<Activity size={20} />}
          title={t.reportTitle}
          text={t.reportText}
          act={<Button onClick={() => show({ sheet: { kind: 'add', provider: null } })}>{t.reportAct}</Button>}
        />
        <Source
          icon={<FileDown size={20} />}
          title={t.importTitle}
          text={t.importText}
          act={<Button onClick={() => navigateUsage({ tab: 'sources' })}>{t.importAct}</Button>}
        />
      </ul>
    </section>
  );
}

interface SourceProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly act: ReactNode;
}

function Source({ icon, title, text, act }: SourceProps) {
  return (
    <li className={styles.source}>
      <span aria-hidden className={styles.sourceicon}>
        {icon}
      </span>
      <h3>{title}</h3>
      <p>{text}</p>
      <div>{act}</div>
    </li>
  );
}
