import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { AppError } from '../../shared/errors.ts';
import { asAppError } from '../contract/client.ts';

export interface RemoteList<T> {
  readonly state: 'idle' | 'loading' | 'ready' | 'failed';
  readonly error: AppError | null;
  readonly list: readonly T[];
}

/** A list that the core keeps and the window shows: read as a whole, dropped at lock. */
export interface RemoteListStore<T> {
  readonly use: UseBoundStore<StoreApi<RemoteList<T>>>;
  readonly drop: () => void;
  readonly load: () => Promise<void>;
  /** After an event: only where somebody has read it already. */
  readonly refresh: () => void;
}

export function remoteList<T>(read: () => Promise<readonly T[]>): RemoteListStore<T> {
  const empty: RemoteList<T> = { state: 'idle', error: null, list: [] };
  const use = create<RemoteList<T>>()(() => empty);
  const drop = (): void => use.setState(empty, true);
  const load = async (): Promise<void> => {
    if (use.getState().state !== 'ready') use.setState({ state: 'loading', error: null });
    try {
      use.setState({ state: 'ready', error: null, list: await read() });
    } catch (thrown) {
      const error = asAppError(thrown);
      use.setState(error.code === 'vault_locked' ? empty : { state: 'failed', error });
    }
  };
  const refresh = (): void => {
    if (use.getState().state !== 'idle') void load();
  };
  return { use, drop, load, refresh };
}
