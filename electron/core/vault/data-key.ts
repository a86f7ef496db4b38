import { AppError } from '../../../shared/errors.ts';
import { DATA_KEY_FIELD, openField, type Place, recordAad, sealedGeneration, sealField } from './envelope.ts';
import type { OpenVault } from './open-vault.ts';

/** SP 800-38D allows 2^32 random nonces per key; we stop far before (SECURITY-DESIGN.md section 2, GCM budget). */
const MAX_WRAPS_PER_GENERATION = 2 ** 28;

/** Where a data key belongs: the place of its fields, without what the vault adds. */
export type DataKeyPlace = Omit<Place, 'vaultId' | 'field' | 'generation'>;

/** Wraps a data key under the vault's record key and counts the wrap. Call it inside `vault.write`. */
export function wrapDataKey(vault: OpenVault, place: DataKeyPlace, dataKey: Buffer): Buffer {
  const counted = vault.db
    .prepare('UPDATE vault_state SET record_wraps = record_wraps + 1 WHERE record_wraps < ?')
    .run(MAX_WRAPS_PER_GENERATION);
  if (counted.changes !== 1) {
    throw new AppError(
      'quota_exceeded',
      'This vault key has sealed as many records as is safe. Nothing was stored.',
      'Rekey the vault, then try again.',
    );
  }
  return sealField(vault.keys.recordWrap, vault.generation, aadOf(vault, place, vault.generation), dataKey);
}

/** The data key of a version; the caller wipes it. @throws AppError `integrity_failure`. */
export function unwrapDataKey(vault: OpenVault, place: DataKeyPlace, wrapped: Buffer): Buffer {
  return openField(vault.keys.recordWrap, aadOf(vault, place, sealedGeneration(wrapped)), wrapped);
}

function aadOf(vault: OpenVault, place: DataKeyPlace, generation: number): Buffer {
  return recordAad({ ...place, vaultId: vault.vaultId, field: DATA_KEY_FIELD, generation });
}
