import type { Input } from '../../shared/contract/methods.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { announce, announceFailure } from '../ui/toasts.ts';

/** Saves at once; what failed is said in a toast and the control shows the old value again. */
export async function saveSettings(change: Input<'settings.set'>): Promise<boolean> {
  try {
    useSession.setState({ settings: await call('settings.set', change) });
    announce(m.settings.saved, { slot: 'settings' });
    return true;
  } catch (thrown) {
    announceFailure(thrown);
    return false;
  }
}
