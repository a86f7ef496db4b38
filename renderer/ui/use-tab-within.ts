import type { RefObject } from 'react';
import { useEffect } from 'react';

const STOPS = 'a[href], button, input, select, textarea, summary, [tabindex]';
/** What may have the focus although a modal lies over the rest: it leads Tab itself. */
const LEADS_ITSELF = '[role="menu"], [data-toasts]';

/** Where Tab enters `popup`: at its first stop, or backwards at its last. */
function entry(popup: HTMLElement, backwards: boolean): HTMLElement {
  const stops = [...popup.querySelectorAll<HTMLElement>(STOPS)].filter(
    (one) => one.tabIndex >= 0 && !one.matches(':disabled') && one.checkVisibility({ visibilityProperty: true }),
  );
  return (backwards ? stops.at(-1) : stops[0]) ?? popup;
}

/**
 * Keeps Tab within the modal that lies on top. The library leads the focus back only with the frame after it left,
 * so whoever holds Tab, or presses it before the modal has taken the focus, would walk on in what lies below.
 */
export function useTabWithin(popup: RefObject<HTMLElement | null>, open: boolean): void {
  useEffect(() => {
    if (!open) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Tab' || event.ctrlKey || event.altKey || event.metaKey) return;
      const top = [...document.querySelectorAll<HTMLElement>('[data-modal][data-open]')].at(-1);
      const active = document.activeElement;
      if (top === undefined || top !== popup.current || top.contains(active)) return;
      if (active?.closest(LEADS_ITSELF)) return;
      event.preventDefault();
      event.stopPropagation();
      entry(top, event.shiftKey).focus();
    };
    document.addEventListener('keydown', onKeyDown, true);
    return () => document.removeEventListener('keydown', onKeyDown, true);
  }, [popup, open]);
}
