import { create } from 'zustand';
import type { Notice, NoticeCounts } from '../../shared/contract/notifications.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';

export const NOTICE_VIEWS = ['inbox', 'snoozed'] as const;
export type NoticeView = (typeof NOTICE_VIEWS)[number];

/** Where toasts of what stands in the inbox as well come up. */
export const WARNING_SLOT = 'quota-warning';

interface NoticesState {
  readonly state: 'idle' | 'loading' | 'ready' | 'failed';
  readonly error: AppError | null;
  /** Which part of the inbox is looked at. */
  readonly view: NoticeView;
  readonly list: readonly Notice[];
  /** null: not read yet. */
  readonly counts: NoticeCounts | null;
  /** What came in since the window was opened, the newest of it. */
  readonly arrived: Notice | null;
}

const EMPTY: NoticesState = {
  state: 'idle',
  error: null,
  view: 'inbox',
  list: [],
  counts: null,
  arrived: null,
};

/** The inbox as far as it is looked at, and how much waits in it. */
export const useNotices = create<NoticesState>()(() => EMPTY);
const { setState: set, getState: get } = useNotices;

/** The highest number that was seen; null before the first look. */
let seenId: number | null = null;

export function dropNotices(): void {
  seenId = null;
  set(EMPTY, true);
}

function arrivedOf(notices: readonly Notice[]): Notice | null {
  const newest = notices[0] ?? null;
  const isNew = seenId !== null && newest !== null && newest.id > seenId;
  seenId = Math.max(seenId ?? 0, newest?.id ?? 0);
  return isNew ? newest : get().arrived;
}

export async function loadNotices(view: NoticeView = get().view): Promise<void> {
  if (get().state !== 'ready' || view !== get().view) set({ state: 'loading', error: null, view, list: [] });
  try {
    const { notices, counts } = await call('notifications.list', { view });
    if (get().view !== view) return; // another was asked for meanwhile
    const arrived = view === 'inbox' ? arrivedOf(notices) : get().arrived;
    set({ state: 'ready', error: null, list: notices, counts, arrived });
  } catch (thrown) {
    const error = asAppError(thrown);
    set(error.code === 'vault_locked' ? EMPTY : { state: 'failed', error });
  }
}

/** After an event: only where somebody has read it already. */
export function refreshNotices(): void {
  if (get().state !== 'idle') void loadNotices();
}
