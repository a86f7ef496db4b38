import { Tooltip } from '@base-ui/react/tooltip';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { classes } from './classes.ts';
import { ShortcutKeys } from './shortcut-keys.tsx';
import tip from './tooltip.module.css';

interface Props extends Omit<ComponentProps<'button'>, 'className' | 'children'> {
  /** The button's name: spoken, and shown as its tooltip. */
  readonly label: string;
  /** What the tooltip shows where the name is longer than needed there. */
  readonly tip?: string;
  readonly icon: ReactNode;
  readonly keys?: string;
  readonly pending?: boolean;
}

export function IconButton({ label, tip: short, icon, keys, pending, onClick, ...rest }: Props) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger
        {...rest}
        type="button"
        aria-label={label}
        aria-keyshortcuts={keys?.replace('Ctrl', 'Control')}
        aria-disabled={pending === true ? true : rest['aria-disabled']}
        onClick={pending === true ? undefined : onClick}
        className={classes(styles.button, styles.ghost, styles.icon)}
      >
        {pending === true ? <LoaderCircle size={16} aria-hidden className={styles.spin} /> : icon}
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6}>
          <Tooltip.Popup className={tip.tooltip}>
            {short ?? label}
            {keys !== undefined && <ShortcutKeys keys={keys} />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
