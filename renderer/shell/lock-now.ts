import { call } from '../contract/client.ts';
import { announceFailure } from '../ui/toasts.ts';

/** The event `vault.locked` does the rest. */
export async function lockNow(): Promise<void> {
  try {
    await call('vault.lock', {});
  } catch (thrown) {
    announceFailure(thrown);
  }
}
