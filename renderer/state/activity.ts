import { call } from '../contract/client.ts';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
export const ACTIVITY_EVERY_MS = 10_000;

/** True at most once per `everyMs`; the first time at once. */
export function atMostEvery(everyMs: number): (nowMs: number) => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (nowMs) => {
    if (nowMs - lastMs < everyMs) return false;
    lastMs = nowMs;
    return true;
  };
}

/** Tells the core that the owner is there. */
export function watchActivity(): () => void {
  const due = atMostEvery(ACTIVITY_EVERY_MS);
  const note = (): void => {
    if (!due(performance.now())) return;
    void call('app.activity', {}).catch(() => undefined); // a lost sign of life only means an earlier warning
  };
  for (const sign of SIGNS) addEventListener(sign, note, { passive: true, capture: true });
  return () => {
    for (const sign of SIGNS) removeEventListener(sign, note, { capture: true });
  };
}
