import { useCallback, useEffect, useRef, useState } from 'react';
import { call } from '../contract/client.ts';
import { announceFailure } from '../ui/toasts.ts';
import { askPassword } from './step-up.ts';

export interface Reveal {
  /** The secret while it may be seen, else null. */
  readonly value: string | null;
  readonly endsAtMs: number;
  readonly pending: boolean;
  readonly toggle: () => void;
}

/** Shows one secret for as long as the core says; hides it on blur, on lock and when its place leaves the screen. */
export function useReveal(id: string, field?: string): Reveal {
  const [shown, setShown] = useState<{ readonly value: string; readonly endsAtMs: number } | null>(null);
  const [pending, setPending] = useState(false);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const hide = useCallback(() => setShown(null), []);
  useEffect(() => {
    if (shown === null) return;
    const timer = setTimeout(hide, Math.max(0, shown.endsAtMs - Date.now()));
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') hide();
    };
    addEventListener('blur', hide);
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      clearTimeout(timer);
      removeEventListener('blur', hide);
      document.removeEventListener('visibilitychange', onHidden);
    };
  }, [shown, hide]);

  const reveal = async (): Promise<void> => {
    setPending(true);
    try {
      const { value, hideAfterMs } = await askPassword((password) =>
        call('credentials.reveal', { id, ...(field === undefined ? {} : { field }), ...password }),
      );
      if (alive.current) setShown({ value, endsAtMs: Date.now() + hideAfterMs });
    } catch (thrown) {
      announceFailure(thrown);
    } finally {
      if (alive.current) setPending(false);
    }
  };
  return {
    value: shown?.value ?? null,
    endsAtMs: shown?.endsAtMs ?? 0,
    pending,
    toggle: () => (shown === null ? void reveal() : hide()),
  };
}
