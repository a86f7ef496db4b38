import { useEffect } from 'react';
import { navigate, type Screen } from '../state/route.ts';
import { show, useView } from '../state/view.ts';
import { lockNow } from './lock-now.ts';
import { screenOfKeys } from './screens.ts';
import { chord } from './shortcuts.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function find(): boolean {
  const field = document.querySelector<HTMLInputElement>('[data-find]');
  field?.focus();
  field?.select();
  return field !== null;
}

/** True if the key press was one of ours. */
function act(keys: string): boolean {
  switch (keys) {
    case 'Ctrl+K':
      show({ palette: !useView.getState().palette });
      return true;
    case 'Ctrl+L':
      void lockNow();
      return true;
    case 'Ctrl+/':
      show({ shortcuts: true });
      return true;
    default:
      return isCovered() ? false : actOnScreen(keys);
  }
}

/** Toasts have the role of a dialog too, so overlays carry a mark of their own. */
const isCovered = (): boolean => document.querySelector('[data-overlay]') !== null;

function actOnScreen(keys: string): boolean {
  switch (keys) {
    case 'Ctrl+F':
      return find();
    case 'Alt+Left':
      history.back();
      return true;
    case 'Ctrl+N':
      show({ sheet: { kind: 'add', provider: null } });
      return true;
    case 'Ctrl+,':
      navigate({ screen: 'settings' });
      return true;
    default:
      return goTo(screenOfKeys(keys));
  }
}

function goTo(screen: Screen | undefined): boolean {
  if (screen !== undefined) navigate({ screen });
  return screen !== undefined;
}

export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const keys = chord(event);
      const single = keys === '/' && !isTyping(event.target) && !isCovered();
      if (single ? find() : act(keys)) event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}
