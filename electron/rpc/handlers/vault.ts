import type { VaultStatus } from '../../../shared/contract/schemas.ts';
import type { App } from '../../core/app.ts';
import { passwordStrength, suggestPassword } from '../../core/vault/password-strength.ts';
import type { Area } from '../caller.ts';

export function vaultHandlers(app: App): Area<'vault'> {
  const { vault, clients } = app;
  const status = (): VaultStatus => vaultStatus(app);
  return {
    'vault.status': status,
    'vault.passwordStrength': ({ password }) => passwordStrength(password),
    'vault.suggestPassword': () => ({ password: suggestPassword() }),
    'vault.create': (input, { actor }) => vault.create(input, actor),
    'vault.confirmRecovery': async (input, { actor }) => {
      await vault.confirmRecovery(input, actor);
      return status();
    },
    'vault.renewRecovery': async ({ password }, { actor }) => ({
      recoveryCode: await vault.renewRecovery(password, actor),
    }),
    'vault.unlock': async ({ password }, { actor }) => {
      await vault.unlock(password, actor);
      return status();
    },
    'vault.lock': () => {
      vault.lock('asked');
      return status();
    },
    'vault.changePassword': async ({ oldPassword, newPassword }, { actor }) => {
      await vault.changePassword(oldPassword, newPassword, actor);
      clients.dropDecisions();
      return status();
    },
    'vault.recover': async ({ recoveryCode, newPassword }, { actor }) => {
      const renewed = await vault.recover(recoveryCode, newPassword, actor);
      clients.dropDecisions();
      return { recoveryCode: renewed };
    },
  };
}

/** One picture of the whole for a window's first paint and for `keyharbor status`; also while locked. */
function vaultStatus(app: App): VaultStatus {
  const { vault, endpoint, lockPolicy, credentials, options } = app;
  const { on, port } = endpoint.status();
  const unlocked = vault.state === 'unlocked';
  const autoLockAtMs = unlocked ? lockPolicy.autoLockAt() : null;
  return {
    state: vault.state,
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
