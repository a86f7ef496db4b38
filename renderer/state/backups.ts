import { create } from 'zustand';
import type { VaultBackups } from '../../shared/contract/backups.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';

interface Backups {
  /** null: nobody has asked yet, or it is on its way. */
  readonly known: VaultBackups | null;
  readonly error: AppError | null;
  readonly wanted: boolean;
}

const EMPTY: Backups = { known: null, error: null, wanted: false };

/** Copies of the vault, and what a restore kept. Dates and sizes only, so the unlock screen may show them too. */
export const useBackups = create<Backups>()(() => EMPTY);

export const dropBackups = (): void => useBackups.setState(EMPTY, true);

export async function loadBackups(): Promise<void> {
  useBackups.setState({ wanted: true });
  try {
    useBackups.setState({ known: await call('vault.backups', {}), error: null });
  } catch (thrown) {
    useBackups.setState({ error: asAppError(thrown) });
  }
}

/** After an event: only where somebody has read it already. */
export function refreshBackups(): void {
  if (useBackups.getState().wanted) void loadBackups();
}
