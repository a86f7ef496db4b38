import { Info } from 'lucide-react';
import type { UsageRemark } from '../../shared/contract/usage.ts';
import { m } from '../i18n/messages.ts';
import styles from './usage.module.css';

/** What a reader has to know of the figures. That collecting began later is said at the chart. */
export function Remarks({ remarks }: { readonly remarks: readonly UsageRemark[] }) {
  const told = remarks.filter(({ code }) => code !== 'before-collection');
  if (told.length === 0) return null;
  return (
    <ul className={styles.remarks} aria-label={m.usage.remarkLabel}>
      {told.map(({ code, text }) => (
        <li key={code}>
          <Info size={14} aria-hidden />
          {text}
        </li>
      ))}
    </ul>
  );
}
