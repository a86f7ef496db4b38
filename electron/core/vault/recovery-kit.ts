import { AppError } from '../../../shared/errors.ts';
import { wipe } from './bytes.ts';
import type { Header } from './header.ts';
import { recoverySlotIn } from './keyslots.ts';
import { matchesGroups, parseRecoveryCode } from './recovery-code.ts';
import type { Secret } from './secret.ts';
import { unwrapSlot } from './slot.ts';

/** Two groups of the code retyped (index from 0), or the whole code. */
export type RecoveryProof =
  | { readonly groups: readonly { readonly index: number; readonly text: string }[] }
  | { readonly code: string };

/** The code of a kit that is not confirmed yet: kept until two of its groups were retyped, or until lock. */
export class RecoveryKit {
  #unconfirmed: Secret | null = null;

  /** Takes over `code`, in place of the one before. */
  keep(code: Secret): void {
    this.forget();
    this.#unconfirmed = code;
  }

  forget(): void {
    this.#unconfirmed?.dispose();
    this.#unconfirmed = null;
  }

  /** @throws AppError `invalid_input` where it is another code; `conflict` where the groups have nothing to match. */
  check(proof: RecoveryProof, header: Header): void {
    if ('groups' in proof) {
      if (this.#unconfirmed === null) {
        throw new AppError(
          'conflict',
          'The recovery code is no longer at hand to compare with. Nothing was changed.',
          'Make a new recovery code, then retype two of its groups.',
        );
      }
      if (!matchesGroups(this.#unconfirmed, proof.groups)) throw notTheCode();
      return;
    }
    using code = parseRecoveryCode(proof.code);
    const slot = recoverySlotIn(header);
    const vmk = slot && code.use((input) => unwrapSlot(slot, Buffer.from(header.vaultId, 'hex'), { input }));
    if (!vmk) throw notTheCode();
    wipe(vmk);
  }
}

function notTheCode(): AppError {
  return new AppError(
    'invalid_input',
    'This does not match the recovery code. Nothing was changed.',
    'Compare it with the kit and type it again.',
  );
}
