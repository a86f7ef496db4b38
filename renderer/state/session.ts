import { create } from 'zustand';
import type { EndpointStatus, Settings, VaultStatus } from '../../shared/contract/schemas.ts';
import type { AppError } from '../../shared/errors.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { asAppError, call } from '../contract/client.ts';
import { showTimesIn } from '../i18n/zone.ts';

/**
 * What the whole window hangs on. `first-run` lasts until its last page is left, although the vault is open before.
 * `recovering`: opened by the recovery code, but the new kit is not saved yet.
 * `clearing`: just locked; nothing is shown until the page has been loaded anew.
 */
export type Phase = 'loading' | 'broken' | 'first-run' | 'locked' | 'recovering' | 'clearing' | 'unlocked';

export interface Session {
  readonly phase: Phase;
  readonly error: AppError | null;
  readonly status: VaultStatus | null;
  readonly endpoint: EndpointStatus | null;
  readonly settings: Settings | null;
  readonly providers: ReadonlyMap<string, ProviderInfo>;
  /** When the vault will lock by itself, while the warning stands. */
  readonly locksAtMs: number | null;
}

const EMPTY: Session = {
  phase: 'loading',
  error: null,
  status: null,
  endpoint: null,
  settings: null,
  providers: new Map(),
  locksAtMs: null,
};

export const useSession = create<Session>()(() => EMPTY);
const set = useSession.setState;
// Before anything is drawn anew: who subscribes first is told first.
useSession.subscribe(({ settings }) => showTimesIn(settings?.vault?.reportingZone ?? ''));

export function phaseOf(state: VaultStatus['state']): Phase {
  if (state === 'no-vault') return 'first-run';
  return state === 'unlocked' || state === 'rekeying' ? 'unlocked' : 'locked';
}

/** Reads everything that may be read in any state of the vault. */
export async function loadSession(): Promise<void> {
  try {
    const [status, endpoint, settings, providers] = await Promise.all([
      call('vault.status', {}),
      call('endpoint.status', {}),
      call('settings.get', {}),
      call('providers.list', {}),
    ]);
    const byId = new Map(providers.map((provider) => [provider.id, provider]));
    set({ phase: phaseOf(status.state), error: null, status, endpoint, settings, providers: byId });
  } catch (thrown) {
    set({ phase: 'broken', error: asAppError(thrown) });
  }
}

/** The catalogue, with the owner's own providers while the vault is open. */
export async function loadProviders(): Promise<void> {
  const providers = await call('providers.list', {});
  set({ providers: new Map(providers.map((provider) => [provider.id, provider])) });
}

export async function refreshStatus(): Promise<void> {
  set({ status: await call('vault.status', {}) });
}

/** From the unlock screen or the last page of the first run into the shell. */
export async function enterShell(status: VaultStatus): Promise<void> {
  const [endpoint, settings] = await Promise.all([
    call('endpoint.status', {}),
    call('settings.get', {}),
    loadProviders(),
  ]);
  set({ phase: 'unlocked', status, endpoint, settings, locksAtMs: null });
}
