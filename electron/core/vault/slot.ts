import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { lengthPrefixed, u64, wipe } from './bytes.ts';
import { deriveKey } from './hkdf.ts';
import { kdfBytes, kdfParams } from './kdf.ts';

/**
 * A key slot: one way to the vault master key (VMK), as in LUKS (SECURITY-DESIGN.md section 2.2). The wrap is
 * AES-256-GCM bound to the vault, the slot, its type and every KDF parameter.
 */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VMK_BYTES = 32;
const ID_BYTES = 16;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const common = {
  id: hex(ID_BYTES),
  nonce: hex(NONCE_BYTES),
  wrapped: hex(VMK_BYTES + TAG_BYTES),
  createdMs: z.int().min(0),
  label: z.string().max(64),
};
const passwordSlot = z.strictObject({ type: z.literal('password'), ...common, kdf: kdfParams });
const passwordDeviceSlot = z.strictObject({
  type: z.literal('password-device'),
  ...common,
  kdf: kdfParams,
  /** Names the device secret in the keychain: a new secret gets a new name, so that the old one stands until it is unused. */
  deviceId: hex(ID_BYTES),
  /** The keychain that took the device secret. */
  backend: z.string().max(64),
});
const recoverySlot = z.strictObject({
  type: z.literal('recovery'),
  ...common,
  /** The code has 160 random bits: HKDF alone, salted with the vault id. */
  kdf: z.strictObject({ id: z.literal('hkdf') }),
  /** The owner showed that the kit was kept. */
  confirmed: z.boolean(),
});

export const slotSchema = z.discriminatedUnion('type', [passwordSlot, passwordDeviceSlot, recoverySlot]);
export type Slot = z.output<typeof slotSchema>;
export type PasswordSlot = Extract<Slot, { type: 'password' | 'password-device' }>;
export type RecoverySlot = Extract<Slot, { type: 'recovery' }>;
type Unwrapped<S extends Slot> = S extends Slot ? Omit<S, 'id' | 'nonce' | 'wrapped'> : never;

/** What is stretched into the slot's key: R_pw, R_pw and the device secret, or the recovery code. Wiped by the caller. */
export interface SlotInput {
  readonly input: Buffer;
  readonly deviceSecret?: Buffer;
}

export function newVmk(): Buffer {
  return randomBytes(VMK_BYTES);
}

export function wrapSlot<S extends Slot>(given: Unwrapped<S>, vaultId: Buffer, from: SlotInput, vmk: Buffer): S {
  const slot = { ...given, id: randomBytes(ID_BYTES).toString('hex'), nonce: '', wrapped: '' } as unknown as S;
  const nonce = randomBytes(NONCE_BYTES);
  const kek = slotKek(slot, vaultId, from);
  try {
    const cipher = createCipheriv('aes-256-gcm', kek, nonce, { authTagLength: TAG_BYTES }).setAAD(
      slotAad(slot, vaultId),
    );
    const wrapped = Buffer.concat([cipher.update(vmk), cipher.final(), cipher.getAuthTag()]);
    return { ...slot, nonce: nonce.toString('hex'), wrapped: wrapped.toString('hex') };
  } finally {
    wipe(kek);
  }
}

/** The VMK, which the caller wipes; null when the input is not the slot's (wrong password or code, or changed fields). */
export function unwrapSlot(slot: Slot, vaultId: Buffer, from: SlotInput): Buffer | null {
  const wrapped = Buffer.from(slot.wrapped, 'hex');
  const kek = slotKek(slot, vaultId, from);
  let vmk: Buffer | null = null;
  try {
    const nonce = Buffer.from(slot.nonce, 'hex');
    const decipher = createDecipheriv('aes-256-gcm', kek, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(slotAad(slot, vaultId)).setAuthTag(wrapped.subarray(VMK_BYTES));
    vmk = decipher.update(wrapped.subarray(0, VMK_BYTES));
    decipher.final();
    return vmk;
  } catch {
    wipe(vmk);
    return null;
  } finally {
    wipe(kek);
  }
}

function slotKek(slot: Slot, vaultId: Buffer, from: SlotInput): Buffer {
  if (slot.type === 'recovery') return deriveKey(from.input, vaultId, 'recoveryKek');
  if (slot.type === 'password') return deriveKey(from.input, vaultId, 'passwordKek');
  if (from.deviceSecret === undefined) throw new TypeError('this slot needs the device secret');
  const both = Buffer.alloc(from.input.byteLength + from.deviceSecret.byteLength);
  from.input.copy(both);
  from.deviceSecret.copy(both, from.input.byteLength);
  try {
    return deriveKey(both, vaultId, 'passwordDeviceKek');
  } finally {
    wipe(both);
  }
}

function slotAad(slot: Slot, vaultId: Buffer): Buffer {
  return lengthPrefixed(['kh/slot/v1', vaultId, Buffer.from(slot.id, 'hex'), slot.type, slotKdfBytes(slot)]);
}

function slotKdfBytes(slot: Slot): Buffer {
  return slot.kdf.id === 'hkdf' ? lengthPrefixed(['hkdf']) : kdfBytes(slot.kdf);
}

/** All fields of the slot, for the header's MAC. */
export function slotBytes(slot: Slot): Buffer {
  const own =
    slot.type === 'recovery'
      ? [Buffer.of(slot.confirmed ? 1 : 0)]
      : slot.type === 'password-device'
        ? [Buffer.from(slot.deviceId, 'hex'), slot.backend]
        : [];
  return lengthPrefixed([
    Buffer.from(slot.id, 'hex'),
    slot.type,
    slotKdfBytes(slot),
    Buffer.from(slot.nonce, 'hex'),
    Buffer.from(slot.wrapped, 'hex'),
    u64(slot.createdMs),
    slot.label,
    ...own,
  ]);
}
