import { useEffect, useState } from 'react';

/** What opened an overlay; for an item of a menu that is the menu's button, since the item goes away. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  const menu = active?.closest('[role="menu"]');
  const button = menu?.getAttribute('aria-labelledby');
  const from = button ? document.getElementById(button) : active;
  return from instanceof HTMLElement && from !== document.body ? from : null;
}

/**
 * For overlays that are unmounted while open: gives the focus back to what had it before,
 * or to the screen where that is gone. Does nothing if something else has taken the focus meanwhile.
 */
export function useReturnFocus(): void {
  const [from] = useState(opener);
  useEffect(
    () => () => {
      setTimeout(() => {
        if (document.activeElement !== document.body) return;
        const back = from?.isConnected === true ? from : document.getElementById('content');
        back?.focus({ preventScroll: true });
      });
    },
    [from],
  );
}
