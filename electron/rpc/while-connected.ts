import type { Link } from './caller.ts';

/** Runs `act` with a signal that is raised when the caller goes away before it is done. */
export async function whileConnected<T>(
  { onClosed }: Pick<Link, 'onClosed'>,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const stop = onClosed(() => gone.abort());
  try {
    return await act(gone.signal);
  } finally {
    stop();
  }
}
