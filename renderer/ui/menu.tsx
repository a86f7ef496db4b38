import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './menu.module.css';
import { ShortcutKeys } from './shortcut-keys.tsx';

export interface MenuEntry {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly keys?: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Draws a line above. */
  readonly apart?: boolean;
  readonly checked?: boolean;
  readonly run: () => void;
}

interface Props {
  /** A button; it gets the menu's ARIA. */
  readonly trigger: ReactElement<Record<string, unknown>>;
  readonly entries: readonly MenuEntry[];
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, entries, align = 'end' }: Props) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align}>
          <Base.Popup className={styles.popup}>
            {entries.map((entry) => (
              <Entry key={entry.label} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  const { label, icon, keys, danger, disabled, apart, checked, run } = entry;
  const inner = (
    <>
      {icon}
      <span className={styles.grow}>{label}</span>
      {keys !== undefined && <ShortcutKeys keys={keys} />}
    </>
  );
  const looks = classes(styles.item, danger === true && styles.danger);
  return (
    <>
      {apart === true && <Base.Separator className={styles.separator} />}
      {checked === undefined ? (
        <Base.Item
          className={looks}
          disabled={disabled === true}
          aria-keyshortcuts={keys?.replace('Ctrl', 'Control')}
          onClick={run}
        >
          {inner}
        </Base.Item>
      ) : (
        <Base.CheckboxItem className={looks} checked={checked} closeOnClick onCheckedChange={run}>
          {inner}
          <Base.CheckboxItemIndicator>✓</Base.CheckboxItemIndicator>
        </Base.CheckboxItem>
      )}
    </>
  );
}
