import { call } from '../contract/client.ts';

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
export const ACTIVITY_EVERY_MS = 10_000;

/** Tells the core that the owner is there: at once on the first sign, then at most every ten seconds. */
export function watchActivity(now: () => number = Date.now): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  const note = (): void => {
    const nowMs = now();
    if (nowMs - lastMs < ACTIVITY_EVERY_MS) return;
    lastMs = nowMs;
    void call('app.activity', {}).catch(() => undefined); // a lost sign of life only means an earlier warning
  };
  for (const sign of SIGNS) addEventListener(sign, note, { passive: true, capture: true });
  return () => {
    for (const sign of SIGNS) removeEventListener(sign, note, { capture: true });
  };
}
