import { type RefObject, useEffect, useRef, useState } from 'react';

/** What opened an overlay; for an item of a menu that is the menu's button, since the item goes away. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest('[role="menu"]');
  const button = menu?.getAttribute('aria-labelledby');
  const from = button ? document.getElementById(button) : active;
  return from instanceof HTMLElement && from !== document.body ? from : null;
}

/** The rows beside that of `from`, to go to where it goes away: the one after it first. */
function beside(from: HTMLElement | null): readonly Element[] {
  const row = from?.closest('li, [role="row"]');
  return [row?.nextElementSibling, row?.previousElementSibling].filter((one) => one != null);
}

function opening(open: boolean) {
  const from = open ? opener() : null;
  return { open, from, rows: beside(from) };
}

/** What of these rows can still take the focus. */
function stopIn(rows: readonly Element[]): HTMLElement | null {
  const stops = rows.filter((row) => row.isConnected).map((row) => row.querySelector<HTMLElement>(STOP));
  return stops.find((stop) => stop !== null) ?? null;
}

const STOP = '[data-row], a[href], button:enabled';

/**
 * Gives the focus back to what had it when the overlay opened; where that is gone, to the row beside it, or to the screen.
 * Does nothing if something else has taken the focus meanwhile. The library alone would give it to whatever opened the dialog before, where a
 * field of this one took the focus by itself.
 * @returns where the library has to lead it.
 */
export function useReturnFocus(popup: RefObject<HTMLElement | null>, open: boolean): () => HTMLElement | false {
  const [seen, setSeen] = useState(() => opening(open));
  if (seen.open !== open) setSeen(open ? opening(open) : { ...seen, open });
  const latest = useRef(seen);
  useEffect(() => {
    latest.current = seen;
  }, [seen]);
  useEffect(
    () => () => {
      const { from, rows } = latest.current;
      setTimeout(() => {
        if (document.activeElement !== document.body) return;
        const back = from?.isConnected === true ? from : (stopIn(rows) ?? document.getElementById('content'));
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
