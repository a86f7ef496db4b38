import { useEffect } from 'react';
import { create } from 'zustand';
import type { NoticePreferences } from '../../shared/contract/notifications.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { announce, announceFailure } from '../ui/toasts.ts';

/** Nothing in it is a secret; it is read again whenever Settings opens. */
const usePreferenceStore = create<{ readonly preferences: NoticePreferences | null }>()(() => ({ preferences: null }));

export function usePreferences(): NoticePreferences | null {
  useEffect(() => {
    void call('notifications.preferences', {})
      .then((preferences) => usePreferenceStore.setState({ preferences }))
      .catch(announceFailure);
  }, []);
  return usePreferenceStore((store) => store.preferences);
}

/** Saves at once; what failed is said in a toast, and the control shows the old value again. */
export async function savePreferences(change: Partial<NoticePreferences>): Promise<void> {
  try {
    usePreferenceStore.setState({ preferences: await call('notifications.setPreferences', change) });
    announce(m.settings.saved, { slot: 'settings' });
  } catch (thrown) {
    announceFailure(thrown);
  }
}
