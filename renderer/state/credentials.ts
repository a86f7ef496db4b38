import { create } from 'zustand';
import type { CredentialDetail, CredentialSummary } from '../../shared/contract/schemas.ts';
import type { AppError } from '../../shared/errors.ts';
import { asAppError, call } from '../contract/client.ts';

/** Masked summaries only; a revealed value never comes in here. */
interface CredentialsState {
  readonly state: 'idle' | 'loading' | 'ready' | 'failed';
  readonly error: AppError | null;
  readonly byId: ReadonlyMap<string, CredentialSummary>;
  /** Credentials whose check is under way. */
  readonly testing: ReadonlySet<string>;
}

const EMPTY: CredentialsState = { state: 'idle', error: null, byId: new Map(), testing: new Set() };
/** Up to this many changed credentials are read one by one. */
const FEW = 16;

export const useCredentials = create<CredentialsState>()(() => EMPTY);
const { setState: set, getState: get } = useCredentials;

export const dropCredentials = (): void => set(EMPTY, true);

export async function loadCredentials(): Promise<void> {
  if (get().state !== 'ready') set({ state: 'loading', error: null });
  try {
    const [listed, binned] = await Promise.all([
      call('credentials.list', {}),
      call('credentials.list', { state: 'binned' }),
    ]);
    set({ state: 'ready', error: null, byId: new Map([...listed, ...binned].map((one) => [one.id, one])) });
  } catch (thrown) {
    const error = asAppError(thrown);
    set(error.code === 'vault_locked' ? EMPTY : { state: 'failed', error });
  }
}

/** A detail is a summary with its versions; only the summary is kept. */
export function keepCredential({ versions: _, ...summary }: CredentialDetail): void {
  set({ byId: new Map(get().byId).set(summary.id, summary) });
}

export function forgetCredential(id: string): void {
  const byId = new Map(get().byId);
  byId.delete(id);
  set({ byId });
}

/** The core says what changed; null means: everything may have. */
export async function refreshCredentials(ids: readonly string[] | null): Promise<void> {
  if (get().state !== 'ready') return;
  if (ids === null || ids.length > FEW) return loadCredentials();
  await Promise.all(ids.map(refreshOne));
}

async function refreshOne(id: string): Promise<void> {
  try {
    keepCredential(await call('credentials.get', { target: { id } }));
  } catch (thrown) {
    const { code } = asAppError(thrown);
    if (code === 'key_not_found' || code === 'not_found') forgetCredential(id);
  }
}

export function setTesting(id: string, on: boolean): void {
  const testing = new Set(get().testing);
  if (on) testing.add(id);
  else testing.delete(id);
  set({ testing });
}
