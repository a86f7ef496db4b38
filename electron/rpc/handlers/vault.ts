import type { Caller } from '../../../shared/contract/method.ts';
import type { VaultBackupSummary, VaultStatus } from '../../../shared/contract/schemas.ts';
import type { App } from '../../core/app.ts';
import type { VaultBackup } from '../../core/store/backup.ts';
import { passwordStrength, suggestPassword } from '../../core/vault/password-strength.ts';
import type { Area, CallContext } from '../caller.ts';

export function vaultHandlers(app: App): Area<'vault'> {
  const { vault, clients, lockPolicy } = app;
  const status = ({ caller }: Pick<CallContext, 'caller'>): VaultStatus => vaultStatus(app, caller);
  /** The password or the code proved the owner: the window is open again, or this terminal's session let in. */
  const proved = async ({ caller, peer }: CallContext): Promise<void> => {
    if (caller === 'window') lockPolicy.unlockWindow();
    else await app.gate.ownerProved(peer);
  };
  return {
    'vault.status': (_input, context) => status(context),
    'vault.passwordStrength': ({ password }) => passwordStrength(password),
    'vault.suggestPassword': () => ({ password: suggestPassword() }),
    'vault.create': async (input, context) => {
      const created = await vault.create(input, context.actor);
      await proved(context);
      return created;
    },
    'vault.confirmRecovery': async (input, context) => {
      await vault.confirmRecovery(input, context.actor);
      return status(context);
    },
    'vault.renewRecovery': async ({ password }, { actor }) => ({
      recoveryCode: await vault.renewRecovery(password, actor),
    }),
    'vault.unlock': async ({ password }, context) => {
      await vault.unlock(password, context.actor);
      await proved(context);
      return status(context);
    },
    'vault.lock': (_input, context) => {
      if (context.caller === 'window') lockPolicy.lockFromWindow();
      else vault.lock('asked');
      return status(context);
    },
    'vault.changePassword': async ({ oldPassword, newPassword }, context) => {
      await vault.changePassword(oldPassword, newPassword, context.actor);
      clients.dropDecisions();
      return status(context);
    },
    'vault.recover': async ({ recoveryCode, newPassword }, context) => {
      const renewed = await vault.recover(recoveryCode, newPassword, context.actor);
      clients.dropDecisions();
      await proved(context);
      return { recoveryCode: renewed };
    },
    'vault.backups': () => vault.backups.list().map(backupSummary),
    'vault.backUp': async (_input, { actor }) => {
      const name = await vault.backups.make(actor);
      const made = vault.backups.list().find((one) => one.name === name);
      if (made === undefined) throw new Error('a backup that was made is there');
      return backupSummary(made);
    },
    'vault.restoreBackup': async ({ name, password }, { actor }) => {
      const done = await vault.backups.restore(name, password, actor);
      clients.dropDecisions();
      return { name, ...done };
    },
  };
}

function backupSummary({ name, kind, atMs, bytes }: VaultBackup): VaultBackupSummary {
  return { name, kind, at: new Date(atMs).toISOString(), bytes };
}

/** One picture of the whole for a window's first paint and for `keyharbor status`; also while locked. */
function vaultStatus(app: App, caller: Caller): VaultStatus {
  const { vault, endpoint, lockPolicy, credentials, options } = app;
  const { on, port } = endpoint.status();
  const state = app.stateFor(caller);
  const unlocked = state === 'unlocked';
  const autoLockAtMs = unlocked ? lockPolicy.autoLockAt() : null;
  return {
    state,
    version: options.version,
    host: options.shell.kind,
    protection: vault.protection(),
    retryAfterMs: vault.retryAfterMs(),
    failedUnlocks: vault.failedUnlocks(),
    credentials: unlocked ? credentials.count() : null,
    endpoint: { on, port },
    autoLockAt: autoLockAtMs === null ? null : new Date(autoLockAtMs).toISOString(),
    notices: [...app.notices()],
  };
}
