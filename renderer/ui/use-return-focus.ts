import { type RefObject, useEffect, useRef, useState } from 'react';

/** What opened an overlay; for an item of a menu that is the menu's button, since the item goes away. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest('[role="menu"]');
  const button = menu?.getAttribute('aria-labelledby');
  const from = button ? document.getElementById(button) : active;
  return from instanceof HTMLElement && from !== document.body ? from : null;
}

/**
 * Gives the focus back to what had it when the overlay opened, or to the screen where that is gone. Does nothing if
 * something else has taken the focus meanwhile. The library alone would give it to whatever opened the dialog before, where a
 * field of this one took the focus by itself.
 * @returns where the library has to lead it.
 */
export function useReturnFocus(popup: RefObject<HTMLElement | null>, open: boolean): () => HTMLElement | false {
  const [seen, setSeen] = useState(() => ({ open, from: open ? opener() : null }));
  if (seen.open !== open) setSeen({ open, from: open ? opener() : seen.from });
  const latest = useRef(seen.from);
  useEffect(() => {
    latest.current = seen.from;
  }, [seen]);
  useEffect(
    () => () => {
      const from = latest.current;
      setTimeout(() => {
        if (document.activeElement !== document.body) return;
        const back = from?.isConnected === true ? from : document.getElementById('content');
        back?.focus({ preventScroll: true });
      });
    },
    [],
  );
  return () => {
    const active = document.activeElement;
    const isElsewhere = active !== null && active !== document.body && popup.current?.contains(active) !== true;
    return !isElsewhere && seen.from?.isConnected === true && seen.from;
  };
}
