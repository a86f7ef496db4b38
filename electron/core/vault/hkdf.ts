import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { VaultKeys } from './open-vault.ts';

/**
 * HKDF-SHA-256 (RFC 5869) with the vault id as salt. A label stands for one purpose and is never used for another;
 * changing what a label means needs a new version in its name (SECURITY-DESIGN.md sections 2 and 13).
 */
const LABELS = {
  passwordKek: 'kh/v1/kek/pw',
  passwordDeviceKek: 'kh/v1/kek/pwdev',
  recoveryKek: 'kh/v1/kek/recovery',
  database: 'kh/v1/db',
  usageDatabase: 'kh/v1/usage-db',
  usageSpill: 'kh/v1/usage-spill',
  recordWrap: 'kh/v1/record-wrap',
  headerMac: 'kh/v1/header-mac',
  stateMac: 'kh/v1/state-mac',
  auditMac: 'kh/v1/audit-mac',
  token: 'kh/v1/token-mac',
  index: 'kh/v1/fingerprint',
} as const;
export type Purpose = keyof typeof LABELS;

/** 32 bytes, which the caller wipes. */
export function deriveKey(input: Buffer, vaultId: Buffer, purpose: Purpose): Buffer {
  return Buffer.from(hkdfSync('sha256', input, vaultId, LABELS[purpose], 32));
}

/** The same as a key object, for keys that live as long as the vault is unlocked. */
export function deriveKeyObject(input: Buffer, vaultId: Buffer, purpose: Purpose): KeyObject {
  const bytes = deriveKey(input, vaultId, purpose);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

export function deriveVaultKeys(vmk: Buffer, vaultId: Buffer): VaultKeys {
  return {
    recordWrap: deriveKeyObject(vmk, vaultId, 'recordWrap'),
    audit: deriveKeyObject(vmk, vaultId, 'auditMac'),
    token: deriveKeyObject(vmk, vaultId, 'token'),
    index: deriveKeyObject(vmk, vaultId, 'index'),
    usageSpill: deriveKeyObject(vmk, vaultId, 'usageSpill'),
    usageDatabase: deriveKeyObject(vmk, vaultId, 'usageDatabase'),
  };
}
