import { History } from 'lucide-react';
import type { QuotaDefinition } from '../../shared/quotas.ts';
import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import styles from './quotas.module.css';
import { useWhatIf } from './use-what-if.ts';

/** What the quota as it is typed would have meant. Spoken once the typing rests. */
export function WhatIfNote({ definition }: { readonly definition: QuotaDefinition | null }) {
  const state = useWhatIf(definition);
  const words = {
    nothing: () => m.quotas.whatIfFirst,
    waiting: () => m.quotas.whatIfWaiting,
    known: () => (state.kind === 'known' ? knownWords(state.answer) : ''),
    failed: () => (state.kind === 'failed' ? state.error.message : ''),
  }[state.kind]();
  const bites = state.kind === 'known' && state.answer.refused > 0;
  return (
    <div className={classes(styles.whatif, bites && styles.bites)}>
      <History size={16} aria-hidden />
      <div>
        <p className={styles.whatifhead}>{m.quotas.whatIf}</p>
        <p role="status">{words}</p>
      </div>
    </div>
  );
}

const knownWords = ({ recordsFrom, text }: { recordsFrom: string | null; text: string }): string =>
  recordsFrom === null ? m.quotas.whatIfNone : text;
