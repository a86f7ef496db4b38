import type { ClipboardGuard } from '../clipboard/clipboard-guard.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { LastUsed } from '../usage/last-used.ts';
import type { Vault } from '../vault/vault.ts';
import type { UsageServices } from './usage-services.ts';

interface BeginsWithUnlock {
  unlocked(): void;
}
interface EndsWithLock {
  locking(): void;
}

export interface SessionParts extends Omit<UsageServices, 'repricer' | 'imports' | 'reportingZone'> {
  readonly vault: Pick<Vault, 'onUnlocked' | 'onLocking' | 'backups'>;
  readonly log: Pick<Log, 'warn'>;
  readonly emit: Emit;
  readonly lastUsed: Pick<LastUsed, 'flush' | 'drop'>;
  readonly clipboard: Pick<ClipboardGuard, 'clear'>;
  readonly gate: EndsWithLock;
  readonly routing: EndsWithLock;
  readonly refusedCalls: EndsWithLock;
  readonly scheduledCheck: BeginsWithUnlock & EndsWithLock;
  readonly credentials: BeginsWithUnlock & EndsWithLock;
  readonly quotas: BeginsWithUnlock & EndsWithLock;
  readonly quotaAdvice: BeginsWithUnlock & EndsWithLock;
  readonly notifications: BeginsWithUnlock & EndsWithLock;
  readonly ownProviders: BeginsWithUnlock & EndsWithLock;
  readonly withdrawQuestions: () => void;
}

/**
 * What begins with an unlock and ends with a lock, in this order. Called when all services are built: what those still
 * have to note at a lock, by listeners of their own, is then noted before it is written here.
 */
export function followVault(parts: SessionParts): void {
  const { vault, log, emit, lastUsed } = parts;
  vault.backups.onChanged(() => emit({ event: 'backups.changed', data: {} }));
  vault.onUnlocked(() => {
    parts.prices.unlocked();
    parts.usage.unlocked();
    parts.usageUpkeep.unlocked();
    parts.usageBackups.unlocked();
    parts.quotas.unlocked();
    parts.quotaAdvice.unlocked();
    parts.ownProviders.unlocked();
    try {
      parts.credentials.unlocked();
    } catch {
      log.warn('credentials.sweep-failed'); // a full disk or a read-only vault: looked at again on the next unlock
    }
    parts.notifications.unlocked();
    parts.anomalyWatch.unlocked();
    parts.scheduledCheck.unlocked();
    emit({ event: 'vault.unlocked', data: {} });
  });
  vault.onLocking((reason) => {
    parts.withdrawQuestions();
    parts.gate.locking();
    parts.scheduledCheck.locking();
    parts.refusedCalls.locking();
    parts.providerFigures.locking();
    parts.credentials.locking();
    try {
      lastUsed.flush();
    } catch {
      log.warn('last-used.not-written');
    }
    lastUsed.drop();
    parts.usageBackups.locking();
    parts.anomalyWatch.locking();
    parts.usageExports.locking();
    parts.savedExports.locking();
    parts.usageReader.locking();
    parts.usageUpkeep.locking();
    parts.usage.locking();
    parts.quotas.locking();
    parts.quotaAdvice.locking();
    parts.notifications.locking();
    parts.prices.locking();
    void parts.clipboard.clear();
    parts.ownProviders.locking();
    parts.routing.locking();
    emit({ event: 'vault.locked', data: { reason } });
  });
}
