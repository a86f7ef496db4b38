import type { Paths } from '../seams.ts';
import { wipe } from './bytes.ts';
import type { Header } from './header.ts';
import { freshParams } from './kdf.ts';
import { type Keyslots, passwordSlotIn, withRecovery, withSlot } from './keyslots.ts';
import { assertAcceptable } from './password.ts';
import { formatRecoveryCode, newRecoverySecret, parseRecoveryCode } from './recovery-code.ts';
import type { RecoveryKit, RecoveryProof } from './recovery-kit.ts';
import type { UnlockAttempts } from './unlock-attempts.ts';
import * as files from './vault-files.ts';
import type { VaultMachine } from './vault-machine.ts';

interface RecoveryActsDeps {
  readonly paths: Paths;
  readonly machine: VaultMachine;
  readonly slots: Keyslots;
  readonly attempts: UnlockAttempts;
  readonly kit: RecoveryKit;
}

/** What is done with a recovery code: confirmed, replaced, used (SECURITY-DESIGN.md section 2.2). */
export class RecoveryActs {
  readonly #deps: RecoveryActsDeps;

  constructor(deps: RecoveryActsDeps) {
    this.#deps = deps;
  }

  /** As `Vault.confirmRecovery`. */
  confirm(
    input: { readonly proof: RecoveryProof; readonly password: string; readonly bindDevice: boolean },
    actor: string,
  ): Promise<void> {
    const { machine, slots: keyslots, attempts, kit } = this.#deps;
    return machine.inTurn(async (goOn) => {
      const { session, header } = machine.mustBeOpen();
      kit.check(input.proof, header);
      const vmk = await attempts.withPassword(input.password, header, 'vault.verifyPassword', actor);
      try {
        goOn();
        let slots = header.slots.map((slot) => (slot.type === 'recovery' ? { ...slot, confirmed: true } : slot));
        const { type, kdf } = passwordSlotIn(header);
        if (input.bindDevice && type === 'password') {
          const bound = await keyslots.boundToDevice(session.vaultId, vmk, input.password, kdf);
          if (bound !== null) slots = slots.map((slot) => (slot.type === 'password' ? bound : slot));
          goOn();
        }
        const deviceBound = slots.some((slot) => slot.type === 'password-device');
        machine.changeHeader(session, header, slots, {
          actor,
          action: 'recovery.confirm',
          result: 'ok',
          meta: { deviceBound },
        });
        kit.forget();
      } finally {
        wipe(vmk);
      }
    });
  }

  /** As `Vault.renewRecovery`. */
  renew(password: string, actor: string): Promise<string> {
    const { machine, slots: keyslots, attempts, kit } = this.#deps;
    return machine.inTurn(async (goOn) => {
      const { session, header } = machine.mustBeOpen();
      const vmk = await attempts.withPassword(password, header, 'vault.verifyPassword', actor);
      const code = newRecoverySecret();
      try {
        goOn();
        const slots = withRecovery(header, keyslots.forRecovery(session.vaultId, vmk, code));
        machine.changeHeader(session, header, slots, { actor, action: 'recovery.renew', result: 'ok' });
        kit.keep(code);
        return formatRecoveryCode(code);
      } catch (error) {
        code.dispose();
        throw error;
      } finally {
        wipe(vmk);
      }
    });
  }

  /** As `Vault.recover`. */
  recover(code: string, newPassword: string, actor: string): Promise<string | null> {
    const { paths, machine, attempts } = this.#deps;
    return machine.inTurn(async (goOn) => {
      const header = machine.header ?? files.readHeader(paths);
      const given = parseRecoveryCode(code);
      try {
        await assertAcceptable(newPassword);
        return await machine.whileUnlocking(async () => {
          const vmk = attempts.withCode(given, header, actor);
          try {
            return await this.#recoverWith(vmk, header, newPassword, actor, goOn);
          } finally {
            wipe(vmk);
          }
        });
      } finally {
        given.dispose();
      }
    });
  }

  async #recoverWith(
    vmk: Buffer,
    header: Header,
    newPassword: string,
    actor: string,
    goOn: () => void,
  ): Promise<string | null> {
    const { machine, slots: keyslots, kit } = this.#deps;
    const vaultId = Buffer.from(header.vaultId, 'hex');
    const old = passwordSlotIn(header);
    const wasLocked = machine.session === null;
    const slot =
      old.type === 'password'
        ? await keyslots.withPassword(vaultId, vmk, newPassword, freshParams(old.kdf), null)
        : await keyslots.boundToDevice(vaultId, vmk, newPassword, old.kdf);
    goOn();
    const code = slot === null ? null : newRecoverySecret();
    try {
      if (wasLocked) machine.open(header, vmk);
      const { session } = machine.mustBeOpen();
      if (slot === null || code === null) {
        machine.audit({ actor, action: 'vault.recover', result: 'ok', meta: { replaced: false } });
      } else {
        const slots = withSlot(withRecovery(header, keyslots.forRecovery(vaultId, vmk, code)), old, slot);
        machine.changeHeader(session, header, slots, {
          actor,
          action: 'vault.recover',
          result: 'ok',
          meta: { replaced: true },
        });
        kit.keep(code);
      }
    } catch (error) {
      code?.dispose();
      if (wasLocked) machine.closeSession();
      throw error;
    }
    if (slot !== null) await keyslots.forgetDevice(vaultId, old);
    if (wasLocked && machine.session !== null) machine.announceUnlocked();
    return code === null ? null : formatRecoveryCode(code);
  }
}
