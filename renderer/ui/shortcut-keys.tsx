import styles from './shortcut-keys.module.css';

const MAC = /mac/i.test(navigator.platform);
const MAC_SIGNS: Readonly<Record<string, string>> = { Ctrl: '⌘', Shift: '⇧', Alt: '⌥' };

/** "Ctrl+Shift+C" as key caps; on a Mac with its own signs. */
export function ShortcutKeys({ keys }: { readonly keys: string }) {
  const caps = keys.split('+').map((cap) => (MAC ? (MAC_SIGNS[cap] ?? cap) : cap));
  return (
    <span className={styles.keys}>
      {caps.map((cap) => (
        <kbd key={cap} className={styles.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
