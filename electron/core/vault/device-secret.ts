import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { type Keychain, KeychainUnavailable } from '../seams.ts';
import { lengthPrefixed, wipe } from './bytes.ts';
import { Secret } from './secret.ts';

/**
 * 256 random bits in the OS keychain that the password slot needs besides the password.
 * Value: `version(1)=1 | vault_id(16) | secret(32) | checksum(8)`; the entry's name holds the vault and the secret's id.
 */
const VERSION = 1;
const SECRET_BYTES = 32;
const CHECKSUM_BYTES = 8;
const VALUE_BYTES = 1 + 16 + SECRET_BYTES + CHECKSUM_BYTES;

export interface DeviceSecret {
  readonly id: string;
  readonly secret: Secret;
}

export function newDeviceSecret(): DeviceSecret {
  return { id: randomBytes(16).toString('hex'), secret: Secret.take(randomBytes(SECRET_BYTES)) };
}

export function deviceAccount(vaultId: Buffer, deviceId: string): string {
  return `vault-${vaultId.toString('hex')}-device-${deviceId}`;
}

/** Writes the secret and reads it back. @throws KeychainUnavailable when the keychain did not take it. */
export async function storeDeviceSecret(keychain: Keychain, vaultId: Buffer, device: DeviceSecret): Promise<void> {
  const value = device.secret.use((secret) => encode(vaultId, secret));
  const account = deviceAccount(vaultId, device.id);
  try {
    await keychain.write(account, value);
    const back = await keychain.read(account);
    const same = back !== null && back.byteLength === value.byteLength && timingSafeEqual(back, value);
    wipe(back);
    if (!same) throw new KeychainUnavailable('it did not give back what was stored');
  } finally {
    wipe(value);
  }
}

/**
 * The secret of this vault on this computer; the caller disposes it.
 * @throws AppError `decryption_failed`, with other words for unreachable, absent and changed: only the first may pass by itself.
 */
export async function loadDeviceSecret(keychain: Keychain, vaultId: Buffer, deviceId: string): Promise<Secret> {
  let value: Buffer | null;
  try {
    value = await keychain.read(deviceAccount(vaultId, deviceId));
  } catch (error) {
    if (!(error instanceof KeychainUnavailable)) throw error;
    throw new AppError(
      'decryption_failed',
      `This vault also needs the device secret, and the OS keychain cannot be asked: ${error.message}. Nothing was tried.`,
      'Unlock the keychain, or work in your desktop session, and try again. The recovery code opens the vault as well.',
      { cause: error },
    );
  }
  if (value === null) {
    throw new AppError(
      'decryption_failed',
      'This vault also needs the device secret, and the OS keychain of this computer does not have it. Nothing was tried.',
      'Use the recovery code: it opens the vault and binds it to this computer anew.',
    );
  }
  try {
    return decode(vaultId, value);
  } finally {
    wipe(value);
  }
}

function encode(vaultId: Buffer, secret: Buffer): Buffer {
  const value = Buffer.alloc(VALUE_BYTES);
  value[0] = VERSION;
  vaultId.copy(value, 1);
  secret.copy(value, 17);
  checksum(vaultId, secret).copy(value, 17 + SECRET_BYTES);
  return value;
}

function decode(vaultId: Buffer, value: Buffer): Secret {
  if (value.byteLength === VALUE_BYTES && value[0] === VERSION && value.subarray(1, 17).equals(vaultId)) {
    const secret = Buffer.alloc(SECRET_BYTES);
    value.copy(secret, 0, 17, 17 + SECRET_BYTES);
    if (timingSafeEqual(checksum(vaultId, secret), value.subarray(17 + SECRET_BYTES))) return Secret.take(secret);
    wipe(secret);
  }
  throw new AppError(
    'decryption_failed',
    'The device secret in the OS keychain was changed or belongs to another vault. Nothing was tried.',
    'Use the recovery code: it opens the vault and binds it to this computer anew.',
  );
}

function checksum(vaultId: Buffer, secret: Buffer): Buffer {
  const input = lengthPrefixed(['kh/device-secret/v1', vaultId, secret]);
  const digest = createHash('sha256').update(input).digest();
  wipe(input);
  return digest.subarray(0, CHECKSUM_BYTES);
}
