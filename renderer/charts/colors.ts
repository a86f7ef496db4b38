import { useSyncExternalStore } from 'react';

/** So many series have a colour of their own; what is ranked below is one series of another kind. */
export const SERIES_COLORS = 8;

/** A series' place in the palette; `other` for the rest taken together. */
export type ColorIndex = number | 'other';

export const colorToken = (index: ColorIndex): string =>
  index === 'other' ? '--chart-other' : `--chart-${(index % SERIES_COLORS) + 1}`;

/** The tokens as a canvas can take them. */
export interface Palette {
  readonly of: (token: string) => string;
  readonly font: string;
}

/**
 * Reads the tokens as they hold at `place`. A custom property that is written as light-dark() says nothing to a canvas, so
 * each is laid on a hidden element and read back as a colour.
 */
export function readPalette(place: HTMLElement): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  // Where the system forces colours every series would have that of text.
  probe.style.setProperty('forced-color-adjust', 'none');
  place.append(probe);
  const style = getComputedStyle(probe);
  const known = new Map<string, string>();
  const of = (token: string): string => {
    const found = known.get(token);
    if (found !== undefined) return found;
    if (!probe.isConnected) place.append(probe);
    probe.style.color = `var(${token})`;
    const color = style.color;
    probe.remove();
    known.set(token, color);
    return color;
  };
  const font = style.fontFamily;
  probe.remove();
  return { of, font };
}

let version = 0;
const listeners = new Set<() => void>();
let watching = false;

function watch(): void {
  watching = true;
  const changed = (): void => {
    version += 1;
    for (const listener of listeners) listener();
  };
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', changed);
  }
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ['data-theme'] });
}

function subscribe(listener: () => void): () => void {
  if (!watching) watch();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Another number after each change of the theme: what is drawn on a canvas has to be drawn again. */
export const useThemeVersion = (): number => useSyncExternalStore(subscribe, () => version);
