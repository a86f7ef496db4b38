import { create } from 'zustand';
import type { ClientSummary } from '../../shared/contract/schemas.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';

interface ClientsState {
  readonly state: 'idle' | 'loading' | 'ready' | 'failed';
  readonly error: AppError | null;
  readonly list: readonly ClientSummary[];
}

const EMPTY: ClientsState = { state: 'idle', error: null, list: [] };
export const useClients = create<ClientsState>()(() => EMPTY);

export const dropClients = (): void => useClients.setState(EMPTY, true);

export async function loadClients(): Promise<void> {
  if (useClients.getState().state !== 'ready') useClients.setState({ state: 'loading', error: null });
  try {
    useClients.setState({ state: 'ready', error: null, list: await call('clients.list', {}) });
  } catch (thrown) {
    const error = asAppError(thrown);
    useClients.setState(error.code === 'vault_locked' ? EMPTY : { state: 'failed', error });
  }
}
