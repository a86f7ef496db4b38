import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

/** Handed on since the last collection. */
let bytes = 0;
let collect: Collect | null | undefined;

const COLLECT_EVERY = 8 * 1024 * 1024;

/**
 * Counts a piece of a body that was handed on. Each piece is a buffer of its own, and V8 lets 64 MiB of them pile up
 * before it looks at any: a large transfer would double the memory of the agent. A small collection now and then (half a
 * millisecond each) keeps it flat.
 */
export function handedOn(length: number): void {
  bytes += length;
  if (bytes < COLLECT_EVERY) return;
  bytes = 0;
  if (collect === undefined) collect = smallCollection();
  collect?.({ type: 'minor' });
}

/** The engine's own, which it shows only when asked to; null where it does not. */
function smallCollection(): Collect | null {
  try {
    setFlagsFromString('--expose-gc');
    const found: unknown = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    return typeof found === 'function' ? (found as Collect) : null;
  } catch {
    return null;
  }
}
