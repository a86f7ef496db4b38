import { AppError } from '../../../shared/errors.ts';
import { type Clock, type Keychain, KeychainUnavailable } from '../seams.ts';
import { wipe } from './bytes.ts';
import { deviceAccount, loadDeviceSecret, newDeviceSecret, storeDeviceSecret } from './device-secret.ts';
import type { Header } from './header.ts';
import { derive, freshParams, type KdfParams } from './kdf.ts';
import { passwordBytes } from './password.ts';
import type { KeychainState } from './protection.ts';
import type { Secret } from './secret.ts';
import { type PasswordSlot, type RecoverySlot, type Slot, wrapSlot } from './slot.ts';

/** The device secret that a slot needs beside the password. */
export interface DeviceOfSlot {
  readonly id: string;
  readonly backend: string;
}

/**
 * Makes the slots that open a vault (SECURITY-DESIGN.md section 2.2), with what the OS keychain adds to them. Nothing is
 * written to the header here. `vmk` in all methods: the vault master key, kept and wiped by the caller.
 */
export class Keyslots {
  readonly #clock: Clock;
  readonly #keychain: Keychain;
  #state: KeychainState = null;

  constructor(deps: { readonly clock: Clock; readonly keychain: Keychain }) {
    this.#clock = deps.clock;
    this.#keychain = deps.keychain;
  }

  /** What the keychain answered last. */
  get keychainState(): KeychainState {
    return this.#state;
  }

  /** Asks the OS keychain whether it works here; at most 10 s. */
  async refreshKeychain(): Promise<void> {
    this.#state = await this.#keychain.probe();
  }

  /** @param device - of the secret that is needed too; null: the password alone opens it. */
  async withPassword(
    vaultId: Buffer,
    vmk: Buffer,
    password: string,
    kdf: KdfParams,
    device: DeviceOfSlot | null,
  ): Promise<PasswordSlot> {
    using deviceSecret = device === null ? null : await loadDeviceSecret(this.#keychain, vaultId, device.id);
    using secret = passwordBytes(password);
    let stretched: Buffer | null = null;
    const common = { kdf, createdMs: this.#clock.now(), label: '' };
    try {
      const input = await derive(secret, kdf);
      stretched = input;
      if (device === null || deviceSecret === null) {
        return wrapSlot({ type: 'password', ...common }, vaultId, { input }, vmk);
      }
      const slot = { type: 'password-device', ...common, deviceId: device.id, backend: device.backend } as const;
      return deviceSecret.use((bytes) => wrapSlot(slot, vaultId, { input, deviceSecret: bytes }, vmk));
    } finally {
      wipe(stretched);
    }
  }

  /** A slot bound to a new device secret, or null where no keychain takes it: then `keychainState` says why. */
  async boundToDevice(vaultId: Buffer, vmk: Buffer, password: string, kdf: KdfParams): Promise<PasswordSlot | null> {
    await this.refreshKeychain();
    const backend = this.#state?.name ?? null;
    if (backend === null) return null;
    const device = newDeviceSecret();
    try {
      await storeDeviceSecret(this.#keychain, vaultId, device);
      return await this.withPassword(vaultId, vmk, password, freshParams(kdf), { id: device.id, backend });
    } catch (error) {
      if (!(error instanceof KeychainUnavailable)) throw error;
      this.#state = { name: null, reason: error.message };
      return null;
    } finally {
      device.secret.dispose();
    }
  }

  forRecovery(vaultId: Buffer, vmk: Buffer, code: Secret): RecoverySlot {
    const slot = {
      type: 'recovery',
      kdf: { id: 'hkdf' },
      createdMs: this.#clock.now(),
      label: '',
      confirmed: false,
    } as const;
    return code.use((input) => wrapSlot<RecoverySlot>(slot, vaultId, { input }, vmk));
  }

  /** The keychain as it is called now, where the slot needs one that can be asked. */
  async backendOf(slot: PasswordSlot): Promise<string | null> {
    if (slot.type !== 'password-device') return null;
    if (this.#state?.name == null) await this.refreshKeychain();
    return this.#state?.name ?? null;
  }

  /** The secret of a slot that was replaced has no use any more; if it cannot be removed, it opens nothing. */
  async forgetDevice(vaultId: Buffer, slot: PasswordSlot): Promise<void> {
    if (slot.type !== 'password-device') return;
    await this.#keychain.remove(deviceAccount(vaultId, slot.deviceId)).catch(() => undefined);
  }
}

/** @throws AppError `unsupported` where none is there. */
export function passwordSlotIn(header: Header): PasswordSlot {
  const slot = header.slots.find((one) => one.type !== 'recovery');
  if (slot !== undefined) return slot;
  throw new AppError('unsupported', 'This vault has no master password. Nothing was tried.', 'Use the recovery code.');
}

export function recoverySlotIn(header: Header): RecoverySlot | undefined {
  return header.slots.find((one) => one.type === 'recovery');
}

/** The slots of `header` with another one for recovery. */
export function withRecovery(header: Header, slot: RecoverySlot): Slot[] {
  return [...header.slots.filter((one) => one.type !== 'recovery'), slot];
}

/** The same slots with one of them replaced. */
export function withSlot(slots: readonly Slot[], old: Slot, slot: Slot): Slot[] {
  return slots.map((one) => (one.id === old.id ? slot : one));
}
