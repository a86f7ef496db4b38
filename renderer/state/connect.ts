import type { EventData } from '../../shared/contract/events.ts';
import type { ContractEvent } from '../../shared/contract/handlers.ts';
import { call, onContractEvent } from '../contract/client.ts';
import { formatMoney, formatNumber } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { amountWords } from '../quotas/quota-words.ts';
import { announce } from '../ui/toasts.ts';
import { dropBackups, refreshBackups } from './backups.ts';
import { dropClients, refreshClients } from './clients.ts';
import { dropCredentials, refreshCredentials } from './credentials.ts';
import { dropGrants, refreshGrants } from './grants.ts';
import { dropNotices, refreshNotices, WARNING_SLOT } from './notices.ts';
import { dropQuotas, refreshProposals, refreshQuotas } from './quotas.ts';
import { dropRouting, refreshRouting } from './routing.ts';
import { navigate } from './route.ts';
import { enterShell, loadProviders, loadSession, refreshStatus, useSession } from './session.ts';
import { dropUsage, noteUsage, noteUsageTurn } from './usage.ts';
import { dropView } from './view.ts';
import { dropWebhooks, refreshWebhooks } from './webhooks.ts';
import { toasts } from '../ui/toasts.ts';

type LockReason = Extract<ContractEvent, { event: 'vault.locked' }>['data']['reason'];

/** If the host does not load the page anew after a lock, the unlock screen comes up in the old one. */
const RELOAD_PATIENCE_MS = 1_500;

/**
 * Locked: every store is dropped at once and nothing is shown; the host loads the page anew, so that no old string stays
 * reachable (SECURITY-DESIGN.md 3). The hash survives, so unlocking leads back to the same place; the reason survives in
 * history.state.
 */
function onLocked(reason: LockReason): void {
  dropCredentials();
  dropClients();
  dropGrants();
  dropRouting();
  dropQuotas();
  dropNotices();
  dropWebhooks();
  dropBackups();
  dropUsage();
  dropView();
  toasts.close();
  const { settings, phase } = useSession.getState();
  useSession.setState({
    phase: 'clearing',
    locksAtMs: null,
    settings: settings === null ? null : { ...settings, vault: null },
  });
  history.replaceState({ lockReason: reason }, '');
  if (phase === 'locked') void loadSession();
  else setTimeout(() => void loadSession(), RELOAD_PATIENCE_MS);
}

async function onUnlocked(): Promise<void> {
  if (useSession.getState().phase !== 'locked') return;
  await enterShell(await call('vault.status', {}));
}

function onEvent(event: ContractEvent): void {
  switch (event.event) {
    case 'vault.locked':
      return onLocked(event.data.reason);
    case 'vault.unlocked':
      return void onUnlocked();
    case 'vault.lockWarning':
      return useSession.setState({ locksAtMs: Date.parse(event.data.locksAt) });
    case 'vault.lockWarningOver':
      return useSession.setState({ locksAtMs: null });
    case 'backups.changed':
      refreshBackups();
      return void refreshStatus();
    case 'credentials.changed':
      refreshProposals();
      return void refreshCredentials(event.data.ids);
    case 'credentials.died':
      return void announce(m.providers.died(event.data.ids.length), { slot: 'died', tone: 'bad' });
    case 'providers.changed':
      return void loadProviders();
    case 'clients.changed':
      return refreshClients();
    case 'grants.changed':
      return refreshGrants();
    case 'endpoint.changed':
      return useSession.setState({ endpoint: event.data });
    case 'settings.changed':
      return useSession.setState({ settings: event.data });
    case 'clipboard.cleared':
      return void dispatchEvent(new Event('keyharbor:clipboard-cleared'));
    case 'access.requested':
    case 'access.settled':
      return undefined; // the panel is a window of its own
    case 'routing.changed':
      return refreshRouting();
    case 'quotas.changed':
      return refreshQuotas();
    case 'quota.warning':
      return sayWarning(event.data);
    case 'notifications.changed':
      refreshNotices();
      return refreshWebhooks();
    case 'usage.recorded':
      return noteUsage();
    case 'usage.anomaly': // the inbox tells of it
    case 'prices.changed':
      return noteUsageTurn();
    case 'usage.importProgress':
      return undefined; // for who started the import
    case 'quota.adjusted':
    case 'client.created':
    case 'client.revoked':
    case 'credential.revoked':
    case 'credential.reported':
    case 'usage.unknownModel':
      return undefined; // the inbox tells of them
    default:
      return undefined;
  }
}

/** In the window too: a call may be refused the next moment. */
function sayWarning({ id, name, percent, counts, used, limit }: EventData<'quota.warning'>): void {
  const isOver = percent >= 100;
  announce(isOver ? m.quotas.usedUp(name) : m.quotas.warned(name, percent), {
    description: m.quotas.usedOf(
      counts === 'cost' ? formatMoney(used) : formatNumber(used),
      amountWords(counts, limit),
    ),
    slot: WARNING_SLOT,
    tone: isOver ? 'bad' : 'warn',
    act: { label: m.quotas.show, run: () => navigate({ screen: 'quotas', id }) },
  });
}

export function connect(): () => void {
  const off = onContractEvent(onEvent);
  void loadSession();
  return off;
}
