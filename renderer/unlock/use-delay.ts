import { useEffect, useState } from 'react';

/** Counts a waiting time down. Seconds left, 0 when it is over. */
export function useDelay(): { readonly secondsLeft: number; readonly wait: (ms: number) => void } {
  const [untilMs, setUntilMs] = useState(0);
  const [nowMs, setNowMs] = useState(() => Date.now());
  const waiting = untilMs > nowMs;
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => setNowMs(Date.now()), 250);
    return () => clearInterval(timer);
  }, [waiting]);
  const wait = (ms: number): void => {
    const now = Date.now();
    setNowMs(now);
    setUntilMs(now + ms);
  };
  return { secondsLeft: waiting ? Math.ceil((untilMs - nowMs) / 1000) : 0, wait };
}
