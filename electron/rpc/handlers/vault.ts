import type { Caller } from '../../../shared/contract/method.ts';
import type { RestoredBackup, VaultBackupSummary } from '../../../shared/contract/backups.ts';
import type { VaultStatus } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { momentInWords } from '../../../shared/moment-words.ts';
import type { App } from '../../core/app.ts';
import { toTimestamp } from '../../core/credentials/expiry.ts';
import { systemZone } from '../../core/usage/reporting-days.ts';
import type { KnownBackup, PutBack } from '../../core/vault/backup-acts.ts';
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
    'vault.backups': () => ({
      backups: vault.backups.list().map(backupSummary),
      replaced: vault.backups.replaced().map(({ atMs, ...rest }) => ({ ...rest, at: toTimestamp(atMs) })),
      problem: vault.backups.problem,
    }),
    'vault.backUp': async (_input, { actor }) => {
      const name = await vault.backups.make(actor);
      const made = vault.backups.list().find((one) => one.name === name);
      if (made === undefined) throw new Error('a backup that was made is there');
      return backupSummary(made);
    },
    'vault.checkBackup': async ({ name }) => {
      const found = await vault.backups.check(name);
      if (found === null) return { whole: false as const };
      const { difference, ...contents } = found;
      return { whole: true as const, ...contents, ...difference };
    },
    'vault.restoreBackup': async ({ name, password, lock }, { actor, caller }) => {
      if (caller === 'window') await confirmRestore(app, name, password, actor);
      const done = await vault.backups.restore({ name, secret: password, lock }, actor);
      clients.dropDecisions();
      return restoredSummary(done);
    },
    'vault.removeReplaced': async ({ name, password }, { actor }) => {
      await vault.backups.removeReplaced(name, password, actor);
      return {};
    },
  };
}

/**
 * A page may be led astray: revoked clients and grants that a backup brings back need a yes outside of it
 * (SECURITY-DESIGN.md T6). Asked once the password is right, so that a wrong one costs no second yes.
 */
async function confirmRestore(app: App, name: string | null, password: string, actor: string): Promise<void> {
  const { backups } = app.vault;
  await backups.prove(name, password, actor);
  const atMs = [...backups.list(), ...backups.replaced()].find((one) => name === null || one.name === name)?.atMs ?? 0;
  // Which zone days are reported in only the open vault knows.
  const zone = app.vault.state === 'unlocked' ? app.reportingZone() : systemZone();
  const agreed = await app.confirm({
    title: 'Put this backup back?',
    message: `The vault becomes that of ${momentInWords(zone, atMs)}.`,
    detail: 'Clients and grants that you revoked since then work again. The present vault is kept beside the backups.',
    accept: 'Put it back',
  });
  if (!agreed) throw new AppError('forbidden', 'Putting the backup back was declined. Nothing was changed.');
}

function backupSummary({ atMs, checkedMs, ...rest }: KnownBackup): VaultBackupSummary {
  return { ...rest, at: toTimestamp(atMs), checkedAt: toTimestamp(checkedMs) };
}

function restoredSummary({ atMs, doneMs, passedOver, ...rest }: PutBack): RestoredBackup {
  return { ...rest, at: toTimestamp(atMs), doneAt: toTimestamp(doneMs), passedOver: [...passedOver] };
}

/** One picture of the whole for a window's first paint and for `keyharbor status`; also while locked. */
function vaultStatus(app: App, caller: Caller): VaultStatus {
  const { vault, endpoint, lockPolicy, credentials, options } = app;
  const { on, port } = endpoint.status();
  const state = app.stateFor(caller);
  const unlocked = state === 'unlocked';
  const autoLockAtMs = unlocked ? lockPolicy.autoLockAt() : null;
  const problem = vault.problem();
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
    notices: [...app.notices(problem)],
    damage: vault.damage(problem),
    backupProblem: vault.backups.problem,
    restored: caller === 'window' && vault.backups.restored !== null ? restoredSummary(vault.backups.restored) : null,
  };
}
