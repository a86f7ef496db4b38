import type { ReactNode } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { navigate } from '../state/route.ts';
import { classes } from '../ui/classes.ts';
import { displayName } from './arrange.ts';
import { Highlight } from './highlight.tsx';
import styles from './open-button.module.css';

interface Props {
  readonly credential: CredentialSummary;
  /** Only the active row's button is in the tab order; arrows move between rows. */
  readonly active: boolean;
  readonly selected: boolean;
  /** What stands below the name instead of beside it. */
  readonly stacked?: boolean;
  /** What stands with the name. */
  readonly children: ReactNode;
}

/** The name of a credential, which opens its details. */
export function OpenButton({ credential, active, selected, stacked, children }: Props) {
  return (
    <button
      type="button"
      data-row
      tabIndex={active ? 0 : -1}
      className={classes(styles.open, stacked === true && styles.stacked)}
      aria-current={selected ? 'true' : undefined}
      onClick={() => navigate({ id: credential.id })}
    >
      <span className={styles.name}>
        <Highlight text={displayName(credential)} />
      </span>
      {children}
    </button>
  );
}
