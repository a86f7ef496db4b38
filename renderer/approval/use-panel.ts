import { useEffect, useState } from 'react';
import { ACCEPT_AFTER_MS, type PanelBridge, type PanelState } from '../../shared/approval-panel.ts';

declare global {
  interface Window {
    /** Put there by the host before any script runs; the panel's only way to it. */
    readonly keyharborApproval: PanelBridge;
  }
}

/** A little later than the host counts from, so that a press on an enabled button is never refused. */
const LATER_MS = 100;

/** One subscription for the page's life: the bridge has no way to end one, and needs none. */
let told: PanelState | null = null;
let hear: (state: PanelState) => void = () => undefined;
let asked = false;

function subscribe(listener: (state: PanelState) => void): void {
  hear = listener;
  if (told !== null) listener(told);
  if (asked) return;
  asked = true;
  window.keyharborApproval.onState((state) => {
    told = state;
    hear(state);
  });
  window.keyharborApproval.ready();
}

/** What the panel shows, and whether it has been shown long enough to be granted. */
export function usePanel(): { readonly state: PanelState | null; readonly readable: boolean } {
  const [state, setState] = useState<PanelState | null>(null);
  const [readTurn, setReadTurn] = useState<number | null>(null);
  useEffect(() => subscribe(setState), []);
  const turn = state?.turn ?? null;
  useEffect(() => {
    if (turn === null) return;
    const timer = setTimeout(() => setReadTurn(turn), ACCEPT_AFTER_MS + LATER_MS);
    return () => clearTimeout(timer);
  }, [turn]);
  const theme = state?.theme ?? 'system';
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset['theme'];
    else dataset['theme'] = theme;
  }, [theme]);
  return { state, readable: turn !== null && readTurn === turn };
}
