import type { z } from 'zod';
import type * as schemas from '../../../shared/contract/schemas.ts';
import type { Header } from './header.ts';
import type { PasswordSlot } from './slot.ts';

export type Protection = z.output<typeof schemas.protection>;

/** What the OS keychain answered last; null: it was not asked yet. */
export type KeychainState = { readonly name: string } | { readonly name: null; readonly reason: string } | null;

/**
 * What opens this vault and why, for status, Settings and doctor.
 * @param header - null where there is no vault yet, `unreadable` where there is one whose header cannot be read.
 */
export function describeProtection(header: Header | 'unreadable' | null, keychain: KeychainState): Protection {
  const name = keychain?.name ?? null;
  if (header === null || header === 'unreadable') {
    const note =
      header === null ? keychainNote(keychain) : 'Not known: the header of this vault, vault.json, cannot be read.';
    return { deviceBound: false, keychain: name, note, kdf: null, recoveryConfirmed: false };
  }
  const slot = passwordSlotOf(header);
  const recoveryConfirmed = header.slots.some((one) => one.type === 'recovery' && one.confirmed);
  const facts = { keychain: name, kdf: slot?.kdf.id ?? null, recoveryConfirmed };
  if (slot?.type === 'password-device') {
    const asked = keychain !== null && keychain.name === null ? ` It cannot be asked now: ${keychain.reason}.` : '';
    const note = `Opening this vault takes the master password and the device secret in this computer's keychain (${slot.backend}).${asked}`;
    return { ...facts, deviceBound: true, note };
  }
  return {
    ...facts,
    deviceBound: false,
    note: `The master password alone opens this vault. ${whyPlain(keychain, recoveryConfirmed)}`,
  };
}

export function passwordSlotOf(header: Header): PasswordSlot | undefined {
  return header.slots.find((slot) => slot.type === 'password' || slot.type === 'password-device');
}

function whyPlain(keychain: KeychainState, recoveryConfirmed: boolean): string {
  if (keychain === null) return 'It is not bound to this computer.';
  if (keychain.name === null)
    return `It is not bound to this computer, because no keychain works here: ${keychain.reason}.`;
  if (!recoveryConfirmed) return 'It is not bound to this computer, because the recovery kit was not confirmed.';
  return `It is not bound to this computer; the keychain (${keychain.name}) works, so it could be.`;
}

function keychainNote(keychain: KeychainState): string {
  if (keychain === null) return '';
  if (keychain.name === null) {
    return `No keychain works here (${keychain.reason}), so the master password alone will open the vault.`;
  }
  return `The keychain of this computer (${keychain.name}) can hold a device secret, which makes a stolen file useless without it.`;
}
