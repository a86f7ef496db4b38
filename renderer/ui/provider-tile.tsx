import type { CSSProperties } from 'react';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { classes } from './classes.ts';
import styles from './provider-tile.module.css';

interface Props {
  readonly provider: ProviderInfo | undefined;
  readonly small?: boolean;
}

/** Initials on the provider's hue. */
export function ProviderTile({ provider, small }: Props) {
  const hue = provider?.icon.hue ?? 210;
  return (
    <span
      aria-hidden
      data-tile
      className={classes(styles.tile, small === true && styles.small)}
      style={{ '--hue': hue } as CSSProperties}
    >
      {provider?.icon.initials ?? '?'}
    </span>
  );
}
