import { BOTH, method, nothing, UNLOCKED } from '../method.ts';
import {
  noticeCounts,
  noticeDismissal,
  noticeList,
  noticeMark,
  noticePreferenceChanges,
  noticePreferences,
  noticeSnooze,
  noticesQuery,
} from '../notifications.ts';

/** The inbox. */
export const notificationMethods = {
  'notifications.list': method({ callers: BOTH, states: UNLOCKED, input: noticesQuery, output: noticeList }),
  'notifications.count': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: noticeCounts }),
  'notifications.mark': method({ callers: BOTH, states: UNLOCKED, input: noticeMark, output: noticeCounts }),
  'notifications.snooze': method({ callers: BOTH, states: UNLOCKED, input: noticeSnooze, output: noticeCounts }),
  /** The same thing is not told again. */
  'notifications.dismiss': method({
    callers: BOTH,
    states: UNLOCKED,
    input: noticeDismissal,
    output: noticeCounts,
  }),
  'notifications.preferences': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: noticePreferences }),
  'notifications.setPreferences': method({
    callers: BOTH,
    states: UNLOCKED,
    input: noticePreferenceChanges,
    output: noticePreferences,
  }),
} as const;
