import styles from './shortcut-keys.module.css';

const MAC = /mac/i.test(navigator.platform);
const MAC_SIGNS: Readonly<Record<string, string>> = { Ctrl: '⌘', Shift: '⇧', Alt: '⌥' };

interface Props {
  readonly keys: string;
  /** Beside a control the caps are for the eyes: aria-keyshortcuts says the same. */
  readonly spoken?: boolean;
}

/** "Ctrl+Shift+C" as key caps; on a Mac with its own signs. */
export function ShortcutKeys({ keys, spoken }: Props) {
  const caps = keys.split('+').map((cap) => (MAC ? (MAC_SIGNS[cap] ?? cap) : cap));
  return (
    <span className={styles.keys} aria-hidden={spoken !== true}>
      {caps.map((cap) => (
        <kbd key={cap} className={styles.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
